"""What the program at a window's card reader asks and answers; see docs/gas_cards.md."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.refusals import RefusalSerializer
from billing.card_content import MOST_ON_A_CARD, CardCode, CardContent, MeterKind
from billing.models import CardWrite
from counters.api.reader_tokens import IsWindowProgram, OfOneWindow, WindowProgram, WindowTokenAuthentication
from counters.models import ReaderJob, Window
from counters.services.reader_agents import Seen, answer_card, answer_write, begin_job

LARGEST_COUNT = 2**32 - 1
REFUSALS = {
    401: OpenApiResponse(RefusalSerializer, "No token, or one that does not count."),
    429: OpenApiResponse(RefusalSerializer, "Asked too often."),
    503: OpenApiResponse(RefusalSerializer, "The books are busy; ask again."),
}
ANSWER_REFUSALS = REFUSALS | {
    400: OpenApiResponse(RefusalSerializer, "The request is not well formed."),
    404: OpenApiResponse(RefusalSerializer, "No such job at this window, or it is done."),
    415: OpenApiResponse(RefusalSerializer, "The request is not called JSON."),
    422: OpenApiResponse(RefusalSerializer, "Refused; nothing was written."),
}


class CardContentSerializer(serializers.Serializer[Any]):
    card_no = serializers.CharField(max_length=20, allow_blank=True)
    meter_kind = serializers.ChoiceField(MeterKind.choices)
    purchase_count = serializers.IntegerField(min_value=0, max_value=LARGEST_COUNT)
    volume = serializers.IntegerField(min_value=0, max_value=max(MOST_ON_A_CARD.values()))


class SeenSerializer(serializers.Serializer[Any]):
    """How the reader ended, and the card where it could be read."""

    code = serializers.ChoiceField([code.value for code in CardCode])
    content = CardContentSerializer(allow_null=True)

    def seen(self) -> Seen:
        said = self.validated_data
        content = CardContent(**said["content"]) if said["content"] is not None else None
        return Seen(CardCode(said["code"]), content)


class JobSerializer(serializers.Serializer[Any]):
    """A card that is to be read; `is_new` where it comes from the box of new cards."""

    job = serializers.IntegerField()
    card_no = serializers.CharField()
    is_new = serializers.BooleanField()


class ToWriteSerializer(serializers.Serializer[Any]):
    """What is to be written on the card now; null where the job is done."""

    write = CardContentSerializer(allow_null=True)


class WrittenSerializer(serializers.Serializer[Any]):
    code = serializers.IntegerField()


class ReaderView(APIView):
    """An endpoint for the program at a window; nobody who is signed in has anything to do here."""

    authentication_classes = (WindowTokenAuthentication,)
    permission_classes = (IsWindowProgram,)
    throttle_classes = (OfOneWindow,)

    @property
    def window(self) -> Window:
        program = self.request.user
        assert isinstance(program, WindowProgram)
        return program.window


class NextJobView(ReaderView):
    """The oldest job that waits at the window; taking it is the promise to answer."""

    @extend_schema(
        operation_id="reader_next",
        request=None,
        responses={200: JobSerializer, 204: OpenApiResponse(description="Nothing waits."), **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        job = begin_job(self.window, at=timezone.now())
        if job is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response({"job": job.pk, "card_no": job.card.card_no, "is_new": _is_new(job)})


class CardReadView(ReaderView):
    """What the program read; the answer is what it writes, if anything."""

    @extend_schema(
        operation_id="reader_card",
        request=SeenSerializer,
        responses={200: ToWriteSerializer, **ANSWER_REFUSALS},
    )
    def post(self, request: Request, job: int) -> Response:
        form = SeenSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = answer_card(self.window, job, form.seen(), at=timezone.now())
        return Response({"write": wanted.as_json() if wanted is not None else None})


class CardWrittenView(ReaderView):
    """What the card held after it was written."""

    @extend_schema(
        operation_id="reader_written",
        request=SeenSerializer,
        responses={200: WrittenSerializer, **ANSWER_REFUSALS},
    )
    def post(self, request: Request, job: int) -> Response:
        form = SeenSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        done = answer_write(self.window, job, form.seen(), at=timezone.now())
        return Response({"code": done.code})


def _is_new(job: ReaderJob) -> bool:
    return job.write is not None and job.write.kind == CardWrite.Kind.ISSUE
