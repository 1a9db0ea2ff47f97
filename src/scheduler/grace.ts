import { InterruptedError } from "../errors.ts";

/** So long after the signal what is under way may still come to its end; a conversation whose message is handed over waits four seconds. */
const GRACE_MS = 5000;

/** Works with a signal of its own, which is aborted a little after the given one, so that nobody waits for ever for what was begun. */
export async function withGrace<T>(signal: AbortSignal, work: (grace: AbortSignal) => Promise<T>): Promise<T> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    timer = setTimeout(() => over.abort(new InterruptedError()), GRACE_MS);
  };
  signal.addEventListener("abort", begin, { once: true });
  if (signal.aborted) begin();
  try {
    return await work(over.signal);
  } finally {
    signal.removeEventListener("abort", begin);
    clearTimeout(timer);
  }
}
