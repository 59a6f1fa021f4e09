import datetime

from django.db import connection, models


class MatterDay(models.Model):
    """The last number given to a matter on a day."""

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.day} {self.last}"

    @classmethod
    def next_number(cls, day: datetime.date) -> str:
        """Take the next number of the day: 261123-0001. Whoever asks at the same time waits for the row."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO service_quality_matterday AS numbered (day, last) VALUES (%s, 1)"
                " ON CONFLICT (day) DO UPDATE SET last = numbered.last + 1 RETURNING last",
                [day],
            )
            return f"{day:%y%m%d}-{cursor.fetchone()[0]:04}"
