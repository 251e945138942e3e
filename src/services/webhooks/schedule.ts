const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Pauses between the attempts of a delivery, ms: three days in all. */
const pauses = [
  5 * second,
  30 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
] as const;

/** Attempts of a delivery until it is given up. */
export const maxTries = pauses.length + 1;

/** An endpoint that has only failed for so long is disabled, ms. No delivery is given up sooner. */
export const failingMs = 72 * hour;

/** A receiver may ask for so long a pause at most, ms. */
const maxAskedMs = hour;

/**
 * Pause after the failed attempt number `tries` (1, 2, …), ms; null when it was the last. Up to a fifth more keeps what
 * failed together from coming back together; `random` is in [0, 1).
 */
export function pauseAfter(tries: number, random: number, askedSeconds = 0): number | null {
  const pause = pauses[tries - 1];
  if (pause === undefined) return null;
  return Math.round(Math.max(pause * (1 + random * 0.2), Math.min(askedSeconds * second, maxAskedMs)));
}
