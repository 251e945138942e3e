/** merchant: registered by its merchant · payment: offered by a payment that settled. */
export type ResourceSource = 'merchant' | 'payment';

/** A protected resource in the registry. */
export type Resource = {
  id: number;
  userId: number;
  /** URL or path. */
  resource: string;
  type: string;
  x402Version: number;
  /** Payment requirements, as the merchant wrote them. */
  accepts: Record<string, unknown>[];
  metadata: Record<string, unknown>;
  source: ResourceSource;
  createdAt: Date;
  updatedAt: Date;
};

export type ResourceInput = Pick<Resource, 'resource' | 'type' | 'x402Version' | 'accepts' | 'metadata'>;

/** By what it is found in the catalogue. */
export type ResourceIndex = {
  /** Its name, see `catalogueName`. */
  offer: string;
  words: string;
};

export type ResourceRepository = {
  insert(userId: number, input: ResourceInput & ResourceIndex, at: Date): Promise<Resource>;
  /** Newest first; of everybody when `userId` is null. */
  list(userId: number | null, page: { offset: number; limit: number }): Promise<Resource[]>;
  find(userId: number, id: number): Promise<Resource | null>;
  replace(userId: number, id: number, input: ResourceInput & ResourceIndex, at: Date): Promise<boolean>;
  delete(userId: number, id: number, at: Date): Promise<boolean>;
};
