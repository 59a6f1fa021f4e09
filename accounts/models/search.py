from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from accounts.models.account import Account


class SearchEntry(models.Model):
    """The words under which an account is found. Written by database triggers only (migration 0003).

    A trigram index cannot serve two Chinese characters, so names and addresses are cut into
    bigrams; `accounts.queries.search` cuts what the clerk types in the same way.
    """

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="search_entry")
    keys = ArrayField(models.TextField())

    class Meta:
        indexes = [GinIndex(fields=["keys"], name="search_entry_keys", gin_pending_list_limit=512)]

    def __str__(self) -> str:
        return str(self.account_id)
