"""A real server or worker that is killed at a step of the checkout: `python -m ...dying_process worker STEP`.

The process sends itself SIGKILL, so nothing of Python runs after that: no `finally`, no rollback by us, no reply.
"""

import os
import signal
import sys
from functools import wraps
from importlib import import_module

STEPS = {
    "order_placed": ("payments.views", "place_order", "after"),
    "payment_begun": ("payments.checkout.start_payment", "_open_at_provider", "before"),
    "event_recorded": ("payments.webhooks", "receive_notification", "after"),
    "money_undecided": ("payments.checkout.apply_event", "_write", "after"),
    "money_committed": ("payments.checkout.apply_event", "fulfil_order", "before"),
    "grant_uncommitted": ("payments.checkout.fulfil_order", "notify", "after"),
    "grant_given": ("payments.checkout.apply_event", "close_payments", "before"),
    "outbox_delivered": ("edu.events.dispatch", "_hand_over", "after"),
}


def die_at(step: str) -> None:
    """Let the process be killed before or after the function at which the step stands."""
    module_name, name, when = STEPS[step]
    module = import_module(module_name)
    original = getattr(module, name)

    @wraps(original)
    def die(*arguments, **named):
        if when == "after":
            original(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, name, die)


def serve(port: int) -> None:
    """Serve the site on a port of the loopback until killed."""
    from wsgiref.simple_server import make_server

    from edu.wsgi import application

    make_server("127.0.0.1", port, application).serve_forever()


def main(role: str, step: str, port: str) -> None:
    """Be a server or a worker, and die at the step, or at none."""
    import django

    django.setup()
    if step != "none":
        die_at(step)
    if role == "server":
        serve(int(port))
    else:
        from django.core.management import call_command

        call_command("run_jobs", pause=0.2)


if __name__ == "__main__":
    main(*sys.argv[1:4])
