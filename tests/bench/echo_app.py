"""A bare FastAPI route that gives back what it gets: the floor under any door."""

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Message(BaseModel):
    sender: str
    message: str


@app.post("/echo")
async def echo(message: Message) -> list[dict[str, str]]:
    return [{"recipient_id": message.sender, "text": message.message}]
