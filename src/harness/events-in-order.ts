import type { RunEvent } from "./run-report.ts";

/** Events of several things that go on at once, told one thing after the other. */
export interface EventsInOrder {
  /** Where the thing of this index tells its events. */
  of(index: number): (event: RunEvent) => void;
  /** The thing of this index has told all of its events. */
  end(index: number): void;
}

/** Passes on at once what the first unfinished thing tells; what later ones tell waits for their turn. */
export function eventsInOrder(count: number, onEvent: (event: RunEvent) => void): EventsInOrder {
  const waiting: RunEvent[][] = Array.from({ length: count }, () => []);
  const ended = new Set<number>();
  let current = 0;
  return {
    of: (index) => (event) => {
      if (index === current) onEvent(event);
      else waiting[index]?.push(event);
    },
    end(index) {
      ended.add(index);
      while (ended.has(current)) {
        current += 1;
        for (const event of waiting[current]?.splice(0) ?? []) onEvent(event);
      }
    },
  };
}
