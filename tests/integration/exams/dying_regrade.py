"""A worker that is killed in the middle of a regrade: `python -m ...dying_regrade BATCHES`.

It sends itself SIGKILL within the transaction of the batch after so many, so that nothing of Python runs after that.
"""

import os
import signal
import sys


def main(batches: int) -> None:
    """Run what is due with batches of two attempts, and die in the one after `batches`."""
    import django

    django.setup()
    from edu.core.clock import now_utc
    from edu.jobs.run import list_due_job_ids, run_job_now
    from exams.regrading import carry_out, recount

    recount.batches.__kwdefaults__ = None
    recount.batches.__defaults__ = (2,)
    done = {"batches": 0}
    original = carry_out.publish_all

    def publish(events):
        original(events)
        done["batches"] += 1
        if done["batches"] > 2 * batches:  # twice a batch: the new totals, and the news of the regrade
            os.kill(os.getpid(), signal.SIGKILL)

    carry_out.publish_all = publish
    for job_id in list_due_job_ids(now=now_utc()):
        run_job_now(job_id=job_id)


if __name__ == "__main__":
    main(int(sys.argv[1]))
