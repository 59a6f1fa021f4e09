"""The queue of the demo halls: services, the visitors of the last days, and a lobby that is not empty."""

import datetime

from django.db import connection

from billing.business_date import business_date_of
from config.demo.company import Company
from config.demo.history import ONE_DAY, History
from config.demo.visits import at_time
from counters.models import DiaryEntry, Hall, Pause, TicketService, WindowService
from counters.models.pause import PAUSE_LASTS

DAYS_WITH_TICKETS = 6
SERVICES = (
    ("A", "缴费", "Pay", 3),
    ("B", "咨询", "Ask", 6),
    ("C", "报装", "Apply", 12),
    ("D", "其他", "Other", 5),
)
# What the windows of a hall are open for, by their number; the last one gives advice.
OPEN_FOR = {1: "A", 2: "AC", 3: "ABD", 4: "BC"}
ANNOUNCEMENT = "采暖费缴费截止日期为10月31日，逾期按规定收取违约金。自助缴费机在大厅东侧，无需取号。"

# Everybody who paid at a window had a number. How long each waited and stayed follows from the number alone, so
# that the same company has the same mornings.
_PAST = """
    WITH paid AS (
        SELECT e.payment_id, s.id AS shift_id, s.window_id, s.cashier_id, w.hall_id, s.business_date, p.taken_at,
            row_number() OVER (PARTITION BY w.hall_id, s.business_date ORDER BY p.taken_at, p.id) AS number
        FROM counters_tillentry e JOIN counters_shift s ON s.id = e.shift_id
        JOIN counters_window w ON w.id = s.window_id JOIN billing_payment p ON p.id = e.payment_id
        WHERE e.kind = 'PAYMENT' AND s.business_date > %(after)s AND s.business_date < %(today)s
    ), timed AS (
        SELECT *, taken_at - make_interval(secs => 35 + number * 31 %% 70) AS called_at,
            taken_at + make_interval(secs => 12 + number * 17 %% 50) AS ended_at
        FROM paid
    ), issued AS (
        INSERT INTO counters_ticket (hall_id, service_id, waits_for_id, business_date, number, is_priority, code,
            request_id, issued_at, place_at, state, window_id, staff_id, shift_id, called_at, announced_at, calls,
            ended_at)
        SELECT hall_id, 'A', 'A', business_date, number, number %% 14 = 0, left(md5(gen_random_uuid()::text), 20),
            gen_random_uuid(), waits.since, waits.since, 'DONE', window_id, cashier_id, shift_id, called_at,
            called_at, 1, ended_at
        FROM timed, LATERAL (
            SELECT called_at - make_interval(secs => 40 + number * 97 %% 620) AS since) AS waits
        RETURNING id, hall_id, business_date, number, issued_at, called_at, ended_at, window_id, staff_id
    ), linked AS (
        INSERT INTO counters_ticketpayment (ticket_id, payment_id)
        SELECT issued.id, paid.payment_id FROM issued JOIN paid USING (hall_id, business_date, number)
    ), counted AS (
        INSERT INTO counters_ticketcounter (hall_id, service_id, business_date, last)
        SELECT hall_id, 'A', business_date, max(number) FROM issued GROUP BY hall_id, business_date
    )
    INSERT INTO counters_ticketperiod (ticket_id, kind, window_id, staff_id, begun_at, ended_at)
    SELECT id, 'WAIT', NULL, NULL, issued_at, called_at FROM issued
    UNION ALL SELECT id, 'SERVE', window_id, staff_id, called_at, ended_at FROM issued
"""
_LOBBY = """
    WITH numbers AS (
        SELECT h.id AS hall_id, s.code AS service_id, row_number() OVER (PARTITION BY h.id, s.code ORDER BY n) AS number,
            n, %(now)s - make_interval(secs => (8 - n) * 115) AS issued_at
        FROM counters_hall h, generate_series(1, 7) AS n
        JOIN counters_ticketservice s ON s.code = (ARRAY['A', 'B', 'A', 'A', 'C', 'A', 'B'])[n]
    ), issued AS (
        INSERT INTO counters_ticket (hall_id, service_id, waits_for_id, business_date, number, is_priority, code,
            request_id, issued_at, place_at, state, calls)
        SELECT hall_id, service_id, service_id, %(today)s, number, n = 6, left(md5(gen_random_uuid()::text), 20),
            gen_random_uuid(), issued_at, issued_at, 'WAITING', 0
        FROM numbers WHERE issued_at >= %(midnight)s
        RETURNING id, hall_id, service_id, number, issued_at
    ), counted AS (
        INSERT INTO counters_ticketcounter (hall_id, service_id, business_date, last)
        SELECT hall_id, service_id, %(today)s, max(number) FROM issued GROUP BY hall_id, service_id
    )
    INSERT INTO counters_ticketperiod (ticket_id, kind, begun_at) SELECT id, 'WAIT', issued_at FROM issued
"""
_PRAISE = "一位老大爷说窗口比以前快多了，还夸我耐心，开心。"
_WHY = ("刚才的用户情绪激动，喝口水缓一缓", "连续办理两小时，眼睛酸")


def open_queues(company: Company) -> None:
    """Say what the halls offer at their kiosks, and which window is open for what."""
    TicketService.objects.bulk_create(
        TicketService(code=code, name=name, name_en=name_en, usual_minutes=minutes)
        for code, name, name_en, minutes in SERVICES
    )
    WindowService.objects.bulk_create(
        WindowService(window=window, service_id=code)
        for windows in company.windows.values()
        for window in windows
        for code in OPEN_FOR[window.number]
    )
    Hall.objects.update(announcement=ANNOUNCEMENT)


def remember_visits(company: Company, history: History) -> None:
    """Give a ticket to everybody who paid at a window in the last days, and a few pauses to those who sat there."""
    after = history.on - ONE_DAY * (DAYS_WITH_TICKETS + 1)
    with connection.cursor() as cursor:
        cursor.execute(_PAST, {"after": after, "today": history.on})
    for place, number in enumerate(company.halls):
        _pause(company, number, history.last_taking, _WHY[place % len(_WHY)])


def _pause(company: Company, hall: int, day: datetime.date, why: str) -> None:
    staff, window = company.cashiers_of(hall)[0], company.windows[hall][0]
    begun = at_time(day, 10, 40)
    pause = Pause.objects.create(
        staff=staff, window=window, hall=company.halls[hall], business_date=day, turn=1, begun_at=begun,
        ends_at=begun + PAUSE_LASTS, ended_at=begun + PAUSE_LASTS, reason=why,
    )  # fmt: skip
    DiaryEntry.objects.bulk_create(
        [
            DiaryEntry(staff=staff, at=begun, kind=DiaryEntry.Kind.PAUSE, text=why, pause=pause),
            DiaryEntry(staff=staff, at=at_time(day, 15, 20), kind=DiaryEntry.Kind.PRAISE, text=_PRAISE),
        ]
    )


def fill_lobby(now: datetime.datetime) -> None:
    """Let a few visitors wait in each hall at this very moment: whoever signs in next calls the first."""
    today = business_date_of(now)
    with connection.cursor() as cursor:
        cursor.execute(_LOBBY, {"now": now, "today": today, "midnight": at_time(today, 0)})
