import type { Micros } from "../../time/instant.ts";

type Event = { readonly at: Micros; readonly order: number; readonly run: (at: Micros) => void };

/** What is still to happen, earliest first; events of one instant run in the order they were planned. */
export class EventQueue {
  private readonly heap: Event[] = [];
  private planned = 0;

  at(at: Micros, run: (at: Micros) => void): void {
    const { heap } = this;
    const event = { at, order: this.planned++, run };
    let place = heap.length;
    heap.push(event);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as Event;
      if (!before(event, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = event;
  }

  /** Runs the next event unless it lies after `end`; false when nothing is left until then. */
  step(end: Micros): boolean {
    const next = this.heap[0];
    if (!next || next.at > end) return false;
    this.removeFirst();
    next.run(next.at);
    return true;
  }

  private removeFirst(): void {
    const { heap } = this;
    const last = heap.pop() as Event;
    if (heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Event, heap[child] as Event)) child++;
      if (!before(heap[child] as Event, last)) break;
      heap[place] = heap[child] as Event;
      place = child;
    }
    heap[place] = last;
  }
}

function before(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
