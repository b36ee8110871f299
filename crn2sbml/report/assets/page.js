"use strict";

// The page holds its files compressed; see downloads.py.
async function unpack(name) {
  const text = document.querySelector(`[data-packed="${name}"]`).textContent;
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

// ---- Light and dark -------------------------------------------------------------------------

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
}

// ---- Downloads ------------------------------------------------------------------------------

async function download(name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([await unpack(name)]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// ---- Tables ---------------------------------------------------------------------------------

function parseCsv(text) {
  const rows = [];
  // A field is in quotes, with quotes in it doubled, or ends at the next comma or line.
  const field = /(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n|$)/g;
  let row = [];
  while (field.lastIndex < text.length) {
    const [, quoted, plain, end] = field.exec(text);
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ",") {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

// "X1_1" in quotes is found as this very word, small and capital letters told apart; without quotes, as
// a part of one too.
function matcher(query) {
  const words = query.match(/"[^"]+"|[^\s"]+/g) ?? [];
  const tests = words.map((word) => {
    if (!word.startsWith('"')) {
      const part = word.toLowerCase();
      return (line) => line.toLowerCase().includes(part);
    }
    const literal = word.slice(1, -1).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const whole = new RegExp(`(^|[^\\w])${literal}($|[^\\w])`);
    return (line) => whole.test(line);
  });
  return (line) => tests.every((test) => test(line));
}

// Other columns may hold names that look like numbers.
const NUMERIC = ["initial concentration", "value", "order"];

class DataTable {
  constructor(section, rows) {
    this.section = section;
    [this.columns, ...this.rows] = rows;
    const equation = this.columns.indexOf("equation");
    if (equation >= 0) {
      for (const row of this.rows) row[equation] = row[equation].replace("->", "→");
    }
    this.lines = this.rows.map((row) => row.join("\t"));
    // Names, roles and rows of Table 1 that a model does not have.
    this.shown = [...this.columns.keys()].filter((column) => this.rows.some((row) => row[column] !== ""));
    this.numeric = this.columns.map((name) => NUMERIC.includes(name));
    this.found = [...this.rows.keys()];
    this.sorted = { column: -1, descending: false };
    this.page = 0;
    this.search = section.querySelector("input");
    this.size = section.querySelector("select");
    this.search.addEventListener("input", () => this.filter());
    this.size.addEventListener("change", () => this.show(0));
    for (const button of section.querySelectorAll("[data-go]")) {
      button.addEventListener("click", () => this.go(button.dataset.go));
    }
    this.showHead();
    this.show(0);
  }

  get pages() {
    return Math.max(1, Math.ceil(this.found.length / Number(this.size.value)));
  }

  find(query) {
    this.search.value = query;
    this.filter();
  }

  filter() {
    const matches = matcher(this.search.value);
    this.found = [];
    this.lines.forEach((line, place) => matches(line) && this.found.push(place));
    this.sort();
  }

  sortBy(column) {
    const again = this.sorted.column === column;
    this.sorted = { column, descending: again && !this.sorted.descending };
    this.sort();
    this.showHead();
  }

  sort() {
    const { column, descending } = this.sorted;
    if (column >= 0) {
      const order = new Intl.Collator("en", { numeric: true });
      const compare = this.numeric[column]
        ? (a, b) => Number(this.rows[a][column]) - Number(this.rows[b][column])
        : (a, b) => order.compare(this.rows[a][column], this.rows[b][column]);
      this.found.sort(descending ? (a, b) => compare(b, a) : compare);
    }
    this.show(0);
  }

  go(where) {
    const to = { first: 0, previous: this.page - 1, next: this.page + 1, last: this.pages - 1 };
    this.show(to[where]);
  }

  showHead() {
    const row = document.createElement("tr");
    this.shown.forEach((column) => {
      const name = this.columns[column];
      const cell = row.appendChild(document.createElement("th"));
      cell.scope = "col";
      cell.classList.toggle("number", this.numeric[column]);
      if (column === this.sorted.column) {
        cell.ariaSort = this.sorted.descending ? "descending" : "ascending";
      }
      const button = cell.appendChild(document.createElement("button"));
      button.type = "button";
      button.textContent = name;
      button.addEventListener("click", () => this.sortBy(column));
    });
    this.section.querySelector("thead").replaceChildren(row);
  }

  show(page) {
    this.page = page;
    const size = Number(this.size.value);
    const start = page * size;
    const shown = this.found.slice(start, start + size);
    this.section.querySelector("tbody").replaceChildren(...shown.map((place) => this.row(place)));
    const total = this.rows.length.toLocaleString("en");
    const some = this.found.length.toLocaleString("en");
    const all = this.found.length === this.rows.length;
    this.section.querySelector(".count").textContent = all ? `${total} rows` : `${some} of ${total} rows`;
    this.section.querySelector(".page").textContent =
      `Page ${(page + 1).toLocaleString("en")} of ${this.pages.toLocaleString("en")}`;
    for (const button of this.section.querySelectorAll("[data-go]")) {
      const back = ["first", "previous"].includes(button.dataset.go);
      button.disabled = back ? page === 0 : page >= this.pages - 1;
    }
    this.section.querySelector(".pager").hidden = this.rows.length <= 10;
  }

  row(place) {
    const row = document.createElement("tr");
    this.shown.forEach((column) => {
      const text = this.rows[place][column];
      const cell = row.appendChild(document.createElement("td"));
      cell.classList.toggle("number", this.numeric[column]);
      // The file has all digits; so has what appears when one points at the number.
      const short = this.numeric[column] ? String(Number(Number(text).toPrecision(6))) : text;
      cell.textContent = short;
      if (short !== text) cell.title = text;
    });
    return row;
  }
}

async function makeTable(section) {
  const text = new TextDecoder().decode(await unpack(section.dataset.file));
  return [section.id, new DataTable(section, parseCsv(text))];
}

// ---- The network ----------------------------------------------------------------------------

const SVG = "http://www.w3.org/2000/svg";

class NetworkPicture {
  constructor(svg, facts, weights, tables) {
    Object.assign(this, { svg, facts, tables, input: 0, kept: null, chosen: null });
    this.overlay = svg.querySelector("g.chosen");
    this.edges = svg.querySelector("g.edges");
    this.told = document.getElementById("node");
    this.nodes = facts.species.map(() => []);
    for (const group of svg.querySelectorAll("g.layer")) {
      this.nodes[group.dataset.layer] = [...group.querySelectorAll(".node")];
    }
    // Row by row, the weights into each node of a layer.
    this.weights = [];
    this.largest = [];
    let start = 0;
    facts.species.slice(1).forEach((layer, before) => {
      const width = facts.species[before].length;
      this.weights.push(layer.map((_, i) => weights.subarray(start + i * width, start + (i + 1) * width)));
      const all = weights.subarray(start, start + layer.length * width);
      this.largest.push(all.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) || 1);
      start += layer.length * width;
    });
    svg.addEventListener("pointerover", (event) => this.point(event, false));
    svg.addEventListener("pointerleave", () => this.choose(this.kept));
    svg.addEventListener("click", (event) => this.point(event, true));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && event.target.tagName !== "INPUT") this.keep(null);
    });
    this.followKeys();
  }

  // Each layer is one stop of the tab key; arrow keys go from node to node.
  followKeys() {
    this.svg.setAttribute("role", "group");
    for (const layer of this.nodes) {
      layer.forEach((node, place) => {
        node.setAttribute("tabindex", place === 0 ? 0 : -1);
        node.setAttribute("role", "button");
      });
    }
    this.svg.addEventListener("focusin", (event) => this.point(event, false));
    this.svg.addEventListener("focusout", () => this.choose(this.kept));
    this.svg.addEventListener("keydown", (event) => this.press(event));
  }

  press(event) {
    const steps = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 };
    if (event.key === "Enter" || event.key === " ") this.point(event, true);
    else if (event.key in steps) {
      const group = this.nodes[event.target.parentNode.dataset.layer];
      group[group.indexOf(event.target) + steps[event.key]]?.focus();
    } else return;
    event.preventDefault();
  }

  point(event, keep) {
    const node = event.target.closest(".node");
    if (node === null) {
      if (keep) this.keep(null);
      return;
    }
    const chosen = { layer: Number(node.parentNode.dataset.layer), node: Number(node.dataset.node) };
    const again = this.kept?.layer === chosen.layer && this.kept.node === chosen.node;
    if (keep) this.keep(again ? null : chosen);
    else if (this.kept === null) this.choose(chosen);
  }

  keep(chosen) {
    this.kept = chosen;
    this.choose(chosen);
  }

  // Fill nodes with the values of an input.
  fill(input) {
    this.input = input;
    this.facts.values[input].forEach((values, layer) => {
      this.shade(layer);
      this.nodes[layer].forEach((node, place) => {
        const name = this.facts.names[layer][place];
        node.querySelector("title").textContent = `${name}: ${this.value(values[place])}`;
      });
    });
    this.choose(this.kept, true);
  }

  choose(chosen, again = false) {
    const before = this.chosen;
    // What is told stays as it is, so that its link can be clicked.
    const same = before?.layer === chosen?.layer && before?.node === chosen?.node;
    if (same && !again) return;
    this.chosen = chosen;
    this.overlay.replaceChildren();
    this.edges.classList.toggle("is-chosen", chosen !== null);
    this.svg.querySelector(".node.chosen")?.classList.remove("chosen");
    if (before) {
      this.shade(before.layer - 1);
      this.shade(before.layer + 1);
    }
    if (chosen === null) {
      this.told.textContent = "No node chosen.";
      return;
    }
    const { layer, node } = chosen;
    this.nodes[layer][node].classList.add("chosen");
    const into = layer > 0 ? this.weights[layer - 1][node] : [];
    const onward = layer < this.weights.length ? this.weights[layer].map((row) => row[node]) : [];
    this.showWeights(layer - 1, chosen, into);
    this.showWeights(layer + 1, chosen, onward);
    this.tell(chosen, into, onward);
  }

  // Lines to columns; in a grid the cells themselves show sign and size.
  showWeights(layer, chosen, weights) {
    const largest = this.largest[Math.min(layer, chosen.layer)];
    weights.forEach((weight, place) => {
      const node = this.nodes[layer][place];
      const share = Math.abs(weight) / largest;
      const sign = weight > 0 ? "positive" : "negative";
      if (node.tagName === "rect") {
        node.style.fill = `var(--${sign})`;
        node.style.fillOpacity = share;
      } else if (weight !== 0) {
        this.overlay.append(this.line(this.nodes[chosen.layer][chosen.node], node, sign, share));
      }
    });
  }

  // The fuller a node, the larger its value within its layer.
  shade(layer) {
    const values = this.facts.values[this.input][layer];
    const largest = Math.max(0, ...(values ?? [])) || 1;
    this.nodes[layer]?.forEach((node, place) => {
      node.style.fill = "";
      node.style.fillOpacity = values[place] / largest;
    });
  }

  line(from, to, sign, share) {
    const line = document.createElementNS(SVG, "line");
    const [a, b] = [from, to].map((node) => node.getBBox());
    line.setAttribute("x1", a.x + a.width / 2);
    line.setAttribute("y1", a.y + a.height / 2);
    line.setAttribute("x2", b.x + b.width / 2);
    line.setAttribute("y2", b.y + b.height / 2);
    line.setAttribute("class", `edge ${sign}`);
    line.setAttribute("stroke-width", 0.5 + 4 * share);
    line.setAttribute("stroke-opacity", 0.3 + 0.6 * share);
    return line;
  }

  tell({ layer, node }, into, onward) {
    const { species, names, biases, values } = this.facts;
    const id = species[layer][node];
    const name = names[layer][node];
    const last = species.length - 1;
    const kind = layer === 0 ? "input" : layer === last ? "output" : `hidden node of layer ${layer}`;
    const parts = [`${name}${name === id || id === "" ? "" : ` (${id})`}, ${kind}: ${this.value(values[this.input][layer][node])}.`];
    if (layer > 0) parts.push(`Bias ${short(biases[layer - 1][node])}.`);
    if (into.length) parts.push(`Weights in: ${strongest(into, names[layer - 1])}.`);
    if (onward.length) parts.push(`Weights out: ${strongest(onward, names[layer + 1])}.`);
    this.told.replaceChildren(parts.join(" "), " ");
    if (id === "") return;
    const link = this.told.appendChild(document.createElement("a"));
    link.href = "#reactions";
    link.textContent = "Show its reactions";
    link.addEventListener("click", () => this.tables.reactions.find(`"${id}"`));
  }

  value(number) {
    return `${short(number)}${this.facts.unit}`;
  }
}

function short(number) {
  return String(Number(number.toPrecision(4)));
}

// The largest few by size, with the names of their nodes.
function strongest(weights, names) {
  const places = [...weights.keys()].sort((a, b) => Math.abs(weights[b]) - Math.abs(weights[a]));
  const shown = places.slice(0, 5).map((place) => `${names[place]} (${short(weights[place])})`);
  const more = places.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more.toLocaleString("en")} smaller ones` : "");
}

// ---- Inputs ---------------------------------------------------------------------------------

function showInput(number, picture) {
  document.querySelectorAll(".example").forEach((panel, place) => {
    panel.hidden = place !== number;
  });
  document.querySelectorAll(".tabs button").forEach((tab, place) => {
    tab.ariaSelected = String(place === number);
    tab.tabIndex = place === number ? 0 : -1;
  });
  const chosen = document.getElementById(`example-${number}`);
  for (const name of document.querySelectorAll(".input-name")) name.textContent = chosen.dataset.name;
  picture?.fill(number);
}

function makeTabs(picture) {
  const tabs = [...document.querySelectorAll(".tabs button")];
  tabs.forEach((tab, place) => {
    tab.addEventListener("click", () => showInput(place, picture));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0;
      const next = tabs[place + step];
      if (step === 0 || next === undefined) return;
      next.focus();
      next.click();
    });
  });
  if (document.getElementById("example-0") !== null) showInput(0, picture);
}

// ---- All of it ------------------------------------------------------------------------------

async function start() {
  document.getElementById("theme").addEventListener("click", switchTheme);
  for (const button of document.querySelectorAll("[data-download]")) {
    button.addEventListener("click", () => download(button.dataset.download));
  }
  const sections = [...document.querySelectorAll("section.table")];
  const tables = Object.fromEntries(await Promise.all(sections.map(makeTable)));
  let picture = null;
  const svg = document.querySelector("svg.network");
  if (svg !== null) {
    const facts = JSON.parse(document.getElementById("facts").textContent);
    picture = new NetworkPicture(svg, facts, new Float64Array(await unpack("weights")), tables);
  }
  makeTabs(picture);
  document.documentElement.dataset.ready = "true";
}

start();
