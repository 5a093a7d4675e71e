"""Steps that several have in common are there once, with those whom they are for."""

from monitor.alerts.alert import RenewalSteps
from monitor.alerts.steps.shared import shared_steps
from monitor.model import Message
from monitor.model.message import plain
from support.written import written

SELECT, RESTART = plain("test.select", "Select it."), plain("test.restart", "Restart it.")
Read = list[tuple[tuple[str, ...], list[tuple[str, tuple[str, ...]]]]]


def ask(names: str) -> Message:
    """Return a step with a value."""
    return Message("test.ask", "Ask for {names}.", parameters=(("names", names),))


def command(host: str) -> Message:
    """Return a step with a command."""
    return Message("test.command", "Run cert-monitor check {host}", parameters=(("host", host),))


def read(
    *several: tuple[str, tuple[Message, ...]],
) -> Read:
    """Return the owners and the steps of each list, in words."""
    lists = shared_steps((owner, RenewalSteps(steps=steps)) for owner, steps in several)
    return [(one.owners, [(written(step.message), step.owners) for step in one.steps]) for one in lists]


def test_the_same_steps_are_one_list() -> None:
    """For both, without saying so at each step."""
    steps = (SELECT, RESTART)
    assert read(("A", steps), ("B", steps)) == [(("A", "B"), [("Select it.", ()), ("Restart it.", ())])]


def test_values_that_differ_have_their_owner() -> None:
    """One step, with the value of each."""
    several = read(("A", (ask("a"), SELECT)), ("B", (ask("b"), SELECT)))
    assert several == [(("A", "B"), [("Ask for a (A); b (B).", ()), ("Select it.", ())])]


def test_commands_are_never_put_together() -> None:
    """People paste them: each has a step of its own."""
    several = read(("A", (SELECT, command("a"))), ("B", (SELECT, command("b"))))
    assert several[0][1][1:] == [
        ("Run cert-monitor check a", ("A",)),
        ("Run cert-monitor check b", ("B",)),
    ]


def test_a_step_that_only_one_has_says_so() -> None:
    """It stands where its list has it."""
    several = read(("A", (ask("a"), SELECT)), ("B", (ask("a"), RESTART, SELECT)))
    assert several == [
        (("A", "B"), [("Ask for a.", ()), ("Restart it.", ("B",)), ("Select it.", ())]),
    ]


def test_steps_in_another_order_are_there_once() -> None:
    """No step is there twice, whatever the order."""
    several = read(("A", (SELECT, RESTART)), ("B", (RESTART, SELECT)))
    assert several == [(("A", "B"), [("Select it.", ()), ("Restart it.", ())])]


def test_other_steps_are_another_list() -> None:
    """Nothing in common, or the CA first."""
    assert len(read(("A", (SELECT,)), ("B", (RESTART,)))) == 2
    first = RenewalSteps(steps=(SELECT,), ca_first=True)
    assert len(shared_steps([("A", first), ("B", RenewalSteps(steps=(SELECT,)))])) == 2


def test_without_steps_there_is_no_list() -> None:
    """An impact alone needs none."""
    assert shared_steps([("A", RenewalSteps())]) == ()
