"""What the customers of the demo company asked and complained of in the last weeks, in every state."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import Account, Branch, Staff
from billing.business_date import business_date_of
from config.demo.chance import Chance
from config.demo.company import Company
from config.demo.history import ONE_DAY, History
from config.demo.visits import at_time
from counters.queries.hall_postings import hall_of
from service_quality.models import Matter
from service_quality.services.leaves import record_leave
from service_quality.services.matters.answering import (
    answer_matter,
    close_matter,
    join_matter,
    note_matter,
    tell_customer,
)
from service_quality.services.matters.extending import ask_extension, decide_extension
from service_quality.services.matters.handing_over import accept_matter, offer_matter, return_matter
from service_quality.services.matters.pushing import push_overdue, remind_matter
from service_quality.services.matters.reopening import rate_matter, reopen_matter
from service_quality.services.matters.taking import NewMatter, claim_matter, take_matter

Kind, Source, Topic = Matter.Kind, Matter.Source, Matter.Topic
# kind, topic, what was said, what was answered
_SAID = (
    (Kind.INQUIRY, Topic.BILLING, "想问今年采暖费多少钱一平米，有没有提前缴费的优惠。", "居民按建筑面积计费，标准和优惠已逐项说明。"),
    (Kind.COMPLAINT, Topic.TEMPERATURE, "家里只有十五六度，打了两次电话都没人上门测温。", "已上门测温并排气，两日后复测十九度，用户认可。"),
    (Kind.REPAIR, Topic.SUPPLY, "楼道阀门漏水，地上已经结冰了。", "阀门已更换，地面已清理。"),
    (Kind.HELP, Topic.BILLING, "老人不会用手机，问能不能上门帮忙缴费。", "已登记上门服务，次日由片区人员办理。"),
    (Kind.SUGGESTION, Topic.WAITING, "建议月底多开一个窗口，排队太久了。", "月底三天起增开应急窗口，谢谢您的建议。"),
    (Kind.PRAISE, Topic.ATTITUDE, "窗口的姑娘特别耐心，帮我把三年的账都讲清楚了。", "您的表扬已转告本人。"),
    (Kind.COMPLAINT, Topic.ATTITUDE, "窗口人员说话态度不好，问一句就不耐烦。", "已核查录像并批评教育，当事人已致歉。"),
    (Kind.INQUIRY, Topic.METERING, "水表读数和账单对不上，想请人来核一下。", "已到户核表，读数无误，账单已逐段解释。"),
    (Kind.COMPLAINT, Topic.BILLING, "停供申请办过了还收全额采暖费。", "已核对停供记录并更正账单。"),
)  # fmt: skip
_SOURCES = (
    Source.PHONE,
    Source.WINDOW,
    Source.PHONE,
    Source.WECHAT,
    Source.HOTLINE,
    Source.LETTER,
    Source.WINDOW,
)
_NAMES = ("王女士", "李先生", "张阿姨", "刘先生", "赵大爷", "孙女士")
# How many matters had each fate, and before how many days they came.
_FATES = (
    ("at_once", 14, (0, 28)),
    ("closed", 12, (6, 28)),
    ("late", 4, (10, 28)),
    ("judged", 6, (8, 26)),
    ("answered", 4, (1, 3)),
    ("open", 6, (0, 1)),
    ("handed_over", 3, (1, 2)),
    ("offered", 2, (0, 0)),
    ("overdue", 4, (5, 9)),
    ("told", 2, (3, 4)),
    ("extended", 2, (1, 1)),
    ("asking", 1, (0, 0)),
    ("reopened", 1, (5, 8)),
    ("joined", 1, (1, 2)),
    ("written", 3, (0, 1)),
)


@dataclass(slots=True)
class _Desk:
    """Who deals with the matters of one branch."""

    branch: Branch
    hearers: list[Staff]
    complaints: Staff
    supervisor: Staff
    accounts: list[Account]


def hear_matters(company: Company, history: History, chance: Chance) -> None:
    """Sixty-odd matters of two branches; the clocks have been looked at this morning."""
    desks = [_desk(company, number) for number in (1, 2)]
    for fate, count, (latest, earliest) in _FATES:
        for _ in range(count):
            desk = desks[chance.happens(0.35)]
            day = history.on - chance.randint(latest, earliest) * ONE_DAY
            at = at_time(day, 8, 35 + chance.randint(0, 20)) if day == history.on else _sometime(day, chance)
            _LIVES[fate](desk, at, at_time(history.on, 9), chance)
    away = company.staff["1506"]
    record_leave(
        away, first_day=history.on, last_day=history.on + 4 * ONE_DAY, reason="年假",
        by=company.staff["2003"], at=at_time(history.on - 7 * ONE_DAY, 10),
    )  # fmt: skip
    push_overdue(at_time(history.on, 9))


def _desk(company: Company, number: int) -> _Desk:
    branch = company.branches[number]
    numbers = ("1501", "1502", "1001", "1002") if number == 1 else ("1503", "1003")
    complaints, supervisor = ("4001", "2001") if number == 1 else ("4002", "2003")
    return _Desk(
        branch,
        [company.staff[one] for one in numbers],
        company.staff[complaints],
        company.staff[supervisor],
        list(Account.objects.filter(branch=branch, state=Account.State.ACTIVE).order_by("account_no")[:60]),
    )


def _sometime(day: datetime.date, chance: Chance) -> datetime.datetime:
    return at_time(day, chance.randint(8, 16), chance.randint(0, 59))


def _take(desk: _Desk, at: datetime.datetime, chance: Chance, **fields: Any) -> tuple[Matter, str]:
    said = [one for one in _SAID if one[0] == fields.get("kind", one[0])]
    kind, topic, text, answer = chance.choice(said)
    source = fields.pop("source", None) or chance.choice(_SOURCES)
    is_heard = source != Source.WEB
    by = desk.complaints if source == Source.HOTLINE else chance.choice(desk.hearers) if is_heard else None
    new = {
        "kind": kind,
        "source": source,
        "topic": topic,
        "text": text,
        "branch": desk.branch,
        "hall": hall_of(by, business_date_of(at)) if by else None,
        "account": chance.choice(desk.accounts) if chance.happens(0.8) else None,
        "phone": f"13{chance.digits(1)}0000{chance.digits(4)}",
        "contact_name": chance.choice(_NAMES),
        "external_number": f"SY{at:%y%m%d}{chance.digits(5)}" if source == Source.HOTLINE else "",
        "answer": answer if fields.pop("at_once", False) else "",
        "request_id": chance.uuid(),
        **fields,
    }
    return take_matter(NewMatter(**new), by=by, at=at), answer


def _hours(number: float) -> datetime.timedelta:
    return datetime.timedelta(hours=number)


def _answer(matter: Matter, answer: str, at: datetime.datetime) -> Matter:
    assert matter.handler is not None
    return answer_matter(matter, text=answer, by=matter.handler, at=at)


def _finish(
    desk: _Desk, matter: Matter, at: datetime.datetime, chance: Chance, *, upheld: bool = False
) -> Matter:
    is_complaint = matter.kind == Kind.COMPLAINT
    closed = close_matter(
        matter,
        upheld=upheld if is_complaint else None,
        responsible=matter.first_responder if is_complaint and upheld else None,
        by=desk.supervisor,
        at=at,
    )
    if chance.happens(0.6):
        level = chance.one_of({5: 0.45, 4: 0.3, 3: 0.15, 2: 0.07, 1: 0.03})
        rate_matter(closed, satisfaction=level, by=desk.complaints, at=at + _hours(20))
    return closed


def _at_once(desk: _Desk, at: datetime.datetime, now: datetime.datetime, chance: Chance) -> None:
    kind = chance.choice([Kind.INQUIRY, Kind.HELP, Kind.PRAISE])
    _take(desk, at, chance, at_once=True, kind=kind, source=chance.choice([Source.PHONE, Source.WINDOW]))


def _closed(desk: _Desk, at: datetime.datetime, now: datetime.datetime, chance: Chance) -> None:
    matter, answer = _take(desk, at, chance)
    matter = _answer(matter, answer, at + _hours(chance.randint(2, 26)))
    _finish(desk, matter, at + _hours(50), chance)


def _late(desk: _Desk, at: datetime.datetime, now: datetime.datetime, chance: Chance) -> None:
    matter, answer = _take(desk, at, chance, source=Source.PHONE)
    push_overdue(at + _hours(24 * 6))
    remind_matter(matter, text="已超时，请今天答复。", by=desk.supervisor, at=at + _hours(24 * 6))
    matter = _answer(matter, answer, at + _hours(24 * 7))
    _finish(desk, matter, at + _hours(24 * 8), chance)


def _judged(desk: _Desk, at: datetime.datetime, now: datetime.datetime, chance: Chance) -> None:
    matter, answer = _take(
        desk, at, chance, kind=Kind.COMPLAINT, source=chance.choice([Source.HOTLINE, Source.PHONE])
    )
    assert matter.handler is not None
    note_matter(matter, text="已联系用户并约定上门时间。", by=matter.handler, at=at + _hours(3))
    matter = _answer(matter, answer, at + _hours(27))
    _finish(desk, matter, at + _hours(60), chance, upheld=chance.happens(0.5))


def _answered(desk: _Desk, at: datetime.datetime, now: datetime.datetime, chance: Chance) -> None:
    matter, answer = _take(desk, at, chance, kind=Kind.COMPLAINT)
    _answer(matter, answer, min(at + _hours(4), now))


def _open(desk: _Desk, at: datetime.datetime, now: datetime.datetime, chance: Chance) -> None:
    _take(desk, at, chance)


def _handed_over(desk: _Desk, at: datetime.datetime, now: datetime.datetime, chance: Chance) -> None:
    at = at.replace(hour=9)
    matter, _ = _take(desk, at, chance, source=Source.PHONE)
    offer_matter(
        matter, to=desk.supervisor, reason="涉及本厅人员，请大厅处理", by=desk.complaints, at=at + _hours(0.2)
    )
    return_matter(matter, reason="当事人属另一班组", by=desk.supervisor, at=at + _hours(0.5))
    offer_matter(matter, to=desk.complaints, reason="需要核查录像", by=desk.complaints, at=at + _hours(0.8))
    accept_matter(matter, by=desk.complaints, at=at + _hours(1))


def _offered(desk: _Desk, at: datetime.datetime, now: datetime.datetime, chance: Chance) -> None:
    matter, _ = _take(desk, at, chance, kind=Kind.REPAIR, source=Source.PHONE)
    assert matter.handler is not None
    offer_matter(matter, to=desk.complaints, reason="需要维修班到场，请统一调度", by=matter.handler, at=now)


def _overdue(desk: _Desk, at: datetime.datetime, now: datetime.datetime, chance: Chance) -> None:
    _take(desk, at, chance, source=chance.choice([Source.PHONE, Source.WINDOW]))


def _told(desk: _Desk, at: datetime.datetime, now: datetime.datetime, chance: Chance) -> None:
    matter, _ = _take(desk, at, chance, kind=Kind.COMPLAINT, source=Source.PHONE, is_special=True)
    if chance.happens(0.5):
        assert matter.handler is not None
        text = "已告知用户：配件明日到货，到货后上门更换。"
        tell_customer(matter, text=text, by=matter.handler, at=at + _hours(26))


def _extended(desk: _Desk, at: datetime.datetime, now: datetime.datetime, chance: Chance) -> None:
    matter = _asking(desk, at, now, chance)
    if matter.due_at is not None:
        decide_extension(matter, approve=True, decision="情况属实", by=desk.supervisor, at=now)


def _asking(desk: _Desk, at: datetime.datetime, now: datetime.datetime, chance: Chance) -> Matter:
    matter, _ = _take(desk, at, chance, kind=Kind.REPAIR, source=Source.PHONE)
    # Without a calendar of the year there is no date that could be extended.
    if matter.due_at is not None:
        assert matter.handler is not None
        ask_extension(matter, days=3, reason="需要开挖，等道路审批", by=matter.handler, at=now)
    return matter


def _reopened(desk: _Desk, at: datetime.datetime, now: datetime.datetime, chance: Chance) -> None:
    matter, answer = _take(desk, at, chance, kind=Kind.REPAIR, source=Source.WECHAT)
    matter = _answer(matter, answer, at + _hours(5))
    matter = close_matter(matter, by=desk.supervisor, at=at + _hours(24))
    reopen_matter(matter, text="昨天修好，今天又漏了。", by=None, at=now - _hours(12))


def _joined(desk: _Desk, at: datetime.datetime, now: datetime.datetime, chance: Chance) -> None:
    first, _ = _take(desk, at, chance, kind=Kind.COMPLAINT, source=Source.PHONE)
    double, _ = _take(
        desk,
        at + _hours(2),
        chance,
        kind=Kind.COMPLAINT,
        source=Source.HOTLINE,
        phone=first.phone,
        text=first.text,
    )
    join_matter(double, original=first, by=desk.complaints, at=at + _hours(3))


def _written(desk: _Desk, at: datetime.datetime, now: datetime.datetime, chance: Chance) -> None:
    matter, _ = _take(desk, at, chance, kind=Kind.COMPLAINT, source=Source.WEB)
    if chance.happens(0.3):
        claim_matter(matter, by=desk.complaints, at=now)


_LIVES: dict[str, Callable[[_Desk, datetime.datetime, datetime.datetime, Chance], object]] = {
    "at_once": _at_once,
    "closed": _closed,
    "late": _late,
    "judged": _judged,
    "answered": _answered,
    "open": _open,
    "handed_over": _handed_over,
    "offered": _offered,
    "overdue": _overdue,
    "told": _told,
    "extended": _extended,
    "asking": _asking,
    "reopened": _reopened,
    "joined": _joined,
    "written": _written,
}
