/** A POST to a URL that a user gave us. */
export type Callback = { url: string; headers: Readonly<Record<string, string>>; body: string };

/** What came back: a status with the beginning of the body, or one word for why nothing did. */
export type CallbackAnswer =
  | { status: number; excerpt: string; retryAfterSeconds?: number; error?: undefined }
  | { error: string; status?: undefined };

/** Calls out of the process to addresses that somebody else chose. */
export type Egress = {
  /** Why the URL must not be called, in words that follow the field's name; null when it may be. */
  check(url: string): Promise<string | null>;
  /** Never rejects; never follows a redirect. */
  post(callback: Callback): Promise<CallbackAnswer & { latencyMs: number }>;
  close(): Promise<void>;
};
