import { ChronosConnectionError } from './errors.ts';
import type { ServerEvent } from './types.ts';

type Parsed = { id?: string; type?: string; data: string[] };

function field(event: Parsed, line: string): void {
  const colon = line.indexOf(':');
  if (colon === 0) return;
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
  if (name === 'id') event.id = value;
  if (name === 'event') event.type = value;
  if (name === 'data') event.data.push(value);
}

/** Reads `text/event-stream` (WHATWG HTML, server-sent events); comments and empty events are left out. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent, void> {
  const decoder = new TextDecoder();
  let rest = '';
  let event: Parsed = { data: [] };
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '') {
        field(event, line);
        continue;
      }
      if (event.data.length > 0) {
        const { id = '', type = 'message', data } = event;
        yield { id, type, data: JSON.parse(data.join('\n')) as unknown };
      }
      event = { data: [] };
    }
  }
}

/**
 * A stream that goes on after a cut: it connects again from the last event it gave out.
 * @throws what `connect` throws; it ends when the caller stops reading or aborts
 */
export async function* followEvents(
  connect: (lastEventId: string | undefined) => Promise<Response>,
  options: { lastEventId?: string | undefined; signal?: AbortSignal | undefined },
): AsyncGenerator<ServerEvent, void> {
  let last = options.lastEventId;
  while (!options.signal?.aborted) {
    const response = await connect(last);
    if (!response.body) throw new ChronosConnectionError('The stream has no body');
    try {
      for await (const event of eventsOf(response.body)) {
        if (event.id !== '') last = event.id;
        yield event;
      }
    } catch (failure) {
      // A cut connection is what the last event id is for; nonsense in an event is not.
      if (failure instanceof SyntaxError) throw failure;
    }
  }
}
