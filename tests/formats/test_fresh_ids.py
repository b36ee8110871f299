"""Ids that stand for nothing else."""

import time

from crn2sbml.formats.sbml.fresh_ids import FreshIds


def test_a_wanted_id_that_is_free_is_taken_as_it_is():
    assert FreshIds(["A"]).new("k_J") == "k_J"


def test_a_wanted_id_that_is_taken_gets_the_next_free_number():
    ids = FreshIds(["k_J", "k_J_2"])

    assert [ids.new("k_J"), ids.new("k_J"), ids.new("k_J_2")] == ["k_J_3", "k_J_4", "k_J_2_2"]


def test_a_thing_keeps_its_id():
    ids = FreshIds([])

    assert ids.of("J: p", "J_p") == "J_p"
    assert ids.of("J: p", "J_p") == "J_p"
    assert ids.of("J_: p", "J_p") == "J_p_2"


def test_many_ids_alike_take_no_longer_than_others():
    ids, start = FreshIds([]), time.process_time()

    assert len({ids.new("k") for _ in range(50_000)}) == 50_000
    assert time.process_time() - start < 5
