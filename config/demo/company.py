"""The company itself: branches, halls, windows, districts, and the people who work there."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts.models import Branch, District, DistrictOwner, Staff
from config.demo.sign_ins import PASSWORD, PEOPLE, Person, Post
from config.demo.visits import at_time
from counters.models import Hall, HallPosting, Window

WINDOWS_PER_HALL = 4
# The day on which every district got its collector.
DIVIDED_ON = datetime.date(2016, 5, 4)
HIRED_FROM = datetime.date(2008, 3, 1)
USES_THE_ADMIN_PAGES = {Post.FINANCE, Post.SUPERVISOR, Post.MANAGER, Post.AUDITOR, Post.ADMINISTRATOR}

_BRANCHES = {1: ("CQ", "城区分公司", "City Branch"), 2: ("CX", "城西分公司", "West Branch")}
_HALLS = {
    1: (1, "第一营业厅", "First Hall", "沈阳市沈河区文化路126号", "024-00001001"),
    2: (1, "第二营业厅", "Second Hall", "沈阳市大东区东顺城街66号", "024-00001002"),
    3: (2, "西城营业厅", "West Hall", "沈阳市铁西区兴华南街31号", "024-00001003"),
}
_DISTRICTS = (
    (1, "D01", "沈河一片区", "Shenhe 1", "3001"),
    (1, "D02", "沈河二片区", "Shenhe 2", "3002"),
    (1, "D03", "大东片区", "Dadong", "3003"),
    (2, "D04", "铁西一片区", "Tiexi 1", "3004"),
    (2, "D05", "铁西二片区", "Tiexi 2", "3005"),
    (2, "D06", "于洪片区", "Yuhong", "3006"),
)


@dataclass(frozen=True, slots=True)
class Company:
    """What the later steps need of it: rows with their keys."""

    branches: Mapping[int, Branch]
    halls: Mapping[int, Hall]
    windows: Mapping[int, list[Window]]
    districts: list[District]
    staff: Mapping[str, Staff]

    def cashiers_of(self, hall: int) -> list[Staff]:
        numbers = [one.number for one in PEOPLE if one.hall == hall and one.post == Post.CASHIER]
        return [self.staff[number] for number in numbers]

    def advisers_of(self, hall: int) -> list[Staff]:
        numbers = [one.number for one in PEOPLE if one.hall == hall and one.post == Post.ADVISER]
        return [self.staff[number] for number in numbers]

    def supervisor_of(self, hall: int) -> Staff:
        return next(
            self.staff[one.number] for one in PEOPLE if one.hall == hall and one.post == Post.SUPERVISOR
        )

    @property
    def finance(self) -> Staff:
        return self.staff["5001"]

    @property
    def manager(self) -> Staff:
        return self.staff["6001"]


def open_company() -> Company:
    """Write the few rows of the organisation."""
    branches = {
        key: Branch.objects.create(code=code, name=name, name_en=name_en)
        for key, (code, name, name_en) in _BRANCHES.items()
    }
    halls = {
        number: Hall.objects.create(
            branch=branches[branch], number=number, name=name, name_en=name_en, address=address, phone=phone
        )
        for number, (branch, name, name_en, address, phone) in _HALLS.items()
    }
    windows = {number: _open_windows(hall) for number, hall in halls.items()}
    staff = _hire(branches)
    _post_to_halls(staff, halls)
    districts = District.objects.bulk_create(
        District(
            branch=branches[branch], code=code, name=name, name_en=name_en, owner=staff[owner],
        )
        for branch, code, name, name_en, owner in _DISTRICTS
    )  # fmt: skip
    DistrictOwner.objects.bulk_create(
        DistrictOwner(district=one, owner=one.owner, owns_from=DIVIDED_ON, given_at=at_time(DIVIDED_ON, 9))
        for one in districts
    )
    return Company(branches, halls, windows, districts, staff)


def _open_windows(hall: Hall) -> list[Window]:
    """The first window is the priority window; the last one gives advice and takes no money."""
    return Window.objects.bulk_create(
        Window(hall=hall, number=number, is_priority=number == 1, takes_money=number < WINDOWS_PER_HALL)
        for number in range(1, WINDOWS_PER_HALL + 1)
    )


def _hire(branches: Mapping[int, Branch]) -> dict[str, Staff]:
    # One hash for all: a slow hash for each of forty people would cost seconds and protect nothing.
    password = make_password(PASSWORD)
    staff = Staff.objects.bulk_create(
        _employee(one, index, password, branches) for index, one in enumerate(PEOPLE)
    )
    groups = {group.name: group.pk for group in Group.objects.all()}
    Staff.groups.through.objects.bulk_create(
        Staff.groups.through(staff_id=one.pk, group_id=groups[one.post.lower()]) for one in staff
    )
    return {one.number: one for one in staff}


def _post_to_halls(staff: Mapping[str, Staff], halls: Mapping[int, Hall]) -> None:
    """Everybody who works in a hall has always belonged to it."""
    HallPosting.objects.bulk_create(
        HallPosting(staff=staff[one.number], hall=halls[one.hall], first_day=HIRED_FROM)
        for one in PEOPLE
        if one.hall
    )


def _employee(person: Person, index: int, password: str, branches: Mapping[int, Branch]) -> Staff:
    return Staff(
        number=person.number,
        name=person.name,
        name_en=person.name_en,
        post=person.post,
        branch=branches.get(person.branch),
        password=password,
        hired_on=HIRED_FROM + datetime.timedelta(days=137 * index),
        is_staff=person.post in USES_THE_ADMIN_PAGES,
    )
