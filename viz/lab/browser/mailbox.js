// Messages of a component to the server, one at a time: the next one goes when the server has answered the last one.
// What a visitor does faster than that would pile up, until the connection breaks and the newest is lost.

export class Mailbox {
  // `number` is that of the last message that the server has answered, and `send` takes an event and its message.
  constructor(number, send) {
    this.answered = number;
    this.sent = number;
    this.send = send;
    this.waiting = new Map();
    this.close = window.app.$watch("connectionStatus", (status) => { if (status === "connected") this.repeat(); });
  }

  isEmpty() {
    return !this.waiting.size && !this.isOut();
  }

  // Send what is given, or let it wait. Of what waits for an event and a subject only the newest goes.
  post(event, given, subject = "") {
    const name = `${event} ${subject}`;
    this.waiting.delete(name);
    this.waiting.set(name, { event, given });
    this.next();
  }

  // Give up what waits for an event.
  drop(event, subject = "") {
    this.waiting.delete(`${event} ${subject}`);
  }

  // Return what waits for an event, if anything does.
  waitingFor(event, subject = "") {
    return this.waiting.get(`${event} ${subject}`)?.given;
  }

  // Hear from the server which message it has answered.
  hear(number) {
    this.answered = number;
    this.next();
  }

  isOut() {
    return this.sent > this.answered;
  }

  next() {
    if (this.isOut() || !this.waiting.size) return;
    const [name, message] = this.waiting.entries().next().value;
    this.waiting.delete(name);
    this.out = message;
    this.tell();
  }

  // A message or its answer may be lost with a connection. Messages say what shall be, so that twice is once.
  repeat() {
    if (this.isOut()) this.tell();
  }

  tell() {
    this.sent += 1;
    this.send(this.out.event, { number: this.sent, given: this.out.given });
  }
}
