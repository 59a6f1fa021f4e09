from django.urls import path

from counters.views.queue import board, diary, hall, kiosk, ticket, window

app_name = "queue"

urlpatterns = [
    path("window/", window.bar, name="bar"),
    path("window/call/", window.call, name="call"),
    path("window/recall/", window.recall, name="recall"),
    path("window/finish/", window.finish, name="finish"),
    path("window/hold/", window.hold, name="hold"),
    path("window/miss/", window.miss, name="miss"),
    path("window/take-back/", window.take_back, name="take_back"),
    path("window/transfer/", window.transfer, name="transfer"),
    path("window/pause/", window.pause, name="pause"),
    path("window/resume/", window.resume, name="resume"),
    path("hall/", hall.first_hall, name="first_hall"),
    path("hall/<int:number>/", hall.hall, name="hall"),
    path("hall/windows/<int:window_id>/", hall.window_services, name="window_services"),
    path("hall/pauses/<int:pause_id>/end/", hall.pause_end, name="pause_end"),
    path("diary/", diary.diary, name="diary"),
    path("kiosk/<str:key>/", kiosk.kiosk, name="kiosk"),
    path("board/<str:key>/", board.board, name="board"),
    path("board/<str:key>/now/", board.board_now, name="board_now"),
    path("t/<str:code>/", ticket.ticket, name="ticket"),
]
