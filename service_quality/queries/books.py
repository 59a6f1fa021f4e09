"""What the books of pay must hold, and with it all that `audit_ledger` proves: this app sees every other below it."""

from billing.queries.books import Invariant
from counters.queries.books import BOOKS as MONEY

PAY = (
    # Where nobody has points the pool stays whole.
    Invariant(
        "published_pay_is_its_pool_to_the_fen",
        """
        SELECT pool.id FROM service_quality_paypool pool
        JOIN service_quality_assessmentline line ON line.pay_pool_id = pool.id
        JOIN service_quality_assessmentrun run ON run.id = line.run_id
        WHERE run.state <> 'DRAFT'
        GROUP BY pool.id, pool.amount
        HAVING sum(line.pay) <> CASE WHEN sum(line.points) > 0 THEN pool.amount ELSE 0 END
        """,
    ),
    Invariant(
        "pay_comes_from_the_pool_of_its_month_and_work",
        """
        SELECT line.id FROM service_quality_assessmentline line
        JOIN service_quality_assessmentrun run ON run.id = line.run_id
        JOIN service_quality_paypool pool ON pool.id = line.pay_pool_id
        JOIN counters_hall hall ON hall.id = line.hall_id
        WHERE pool.month <> run.month OR pool.pool <> line.pool
            OR pool.branch_id IS NOT NULL AND pool.branch_id <> hall.branch_id
        """,
    ),
)

BOOKS = (*MONEY, *PAY)
