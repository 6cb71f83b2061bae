"""manage.py ledger_check: prove that the ledger sums to nothing and agrees with the orders."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.books import check_ledger


class Command(BaseCommand):
    """Prints what was checked; lists every fault and ends with an error when there is one."""

    help = "Check that the ledger sums to zero and agrees with the orders."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the check."""
        report = check_ledger()
        for fault in report.faults:
            self.stderr.write(f"{fault.subject}: {fault.problem}")
        if report.faults:
            raise CommandError(f"{len(report.faults)} faults in {report.entries} entries of {report.orders} orders.")
        self.stdout.write(f"The ledger agrees: {report.entries} entries, {report.orders} orders.")
