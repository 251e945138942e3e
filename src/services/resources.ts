import type { Clock } from '#src/core/clock.ts';
import { fail } from '#src/core/errors.ts';
import type { Address } from '#src/core/hex.ts';
import { catalogueName, wordsOf } from '#src/core/listing.ts';
import type { Networks } from '#src/core/networks.ts';
import type {
  Resource,
  ResourceIndex,
  ResourceInput,
  ResourceRepository,
} from '#src/core/ports/resources.ts';
import type { PaymentAssets } from './payment-assets.ts';

export type ResourcesOptions = {
  store: { resources: ResourceRepository };
  networks: Networks;
  assets: Pick<PaymentAssets, 'findPaymentAsset'>;
  clock: Clock;
};

type Page = { offset: number; limit: number };

export type Resources = {
  /** @throws validation when an accepted payment could never be settled here */
  create(userId: number, input: ResourceInput): Promise<Resource>;
  /** Newest first; of everybody when `userId` is null. */
  list(userId: number | null, page: Page): Promise<Resource[]>;
  /** @throws not_found */
  get(userId: number, id: number): Promise<Resource>;
  /** @throws validation, not_found */
  replace(userId: number, id: number, input: ResourceInput): Promise<void>;
  /** @throws not_found */
  remove(userId: number, id: number): Promise<void>;
};

/** The registry of what merchants offer. */
export function createResources(options: ResourcesOptions): Resources {
  const { store, clock } = options;
  const found = (done: boolean) => {
    if (!done) throw fail('not_found', { resource: 'resource' });
  };
  return {
    async create(userId, input) {
      await checkAccepts(options, input);
      return store.resources.insert(userId, indexed(input), clock.now());
    },
    list: (userId, page) => store.resources.list(userId, page),
    async get(userId, id) {
      const resource = await store.resources.find(userId, id);
      if (!resource) throw fail('not_found', { resource: 'resource' });
      return resource;
    },
    async replace(userId, id, input) {
      await checkAccepts(options, input);
      found(await store.resources.replace(userId, id, indexed(input), clock.now()));
    },
    async remove(userId, id) {
      found(await store.resources.delete(userId, id, clock.now()));
    },
  };
}

function indexed(input: ResourceInput): ResourceInput & ResourceIndex {
  const { resource, type, accepts, metadata } = input;
  const words = wordsOf(resource, type, metadata, ...accepts.map((one) => one['description'] ?? ''));
  return { ...input, words, offer: catalogueName(resource, null) };
}

/** What is offered must be payable: a known network, a registered asset, an amount in the version's own field. */
async function checkAccepts({ networks, assets }: ResourcesOptions, input: ResourceInput): Promise<void> {
  const amountField = input.x402Version === 1 ? 'maxAmountRequired' : 'amount';
  for (const [i, accept] of input.accepts.entries()) {
    const at = (name: string, problem: string) => {
      const field = `accepts.${i}.${name}`;
      return fail('validation', { field, message: `${field} ${problem}` });
    };
    const network = networks.find(String(accept['network']));
    if (!network) throw at('network', 'is not a supported network');
    const amount = accept[amountField];
    if (typeof amount !== 'string' || !/^(0|[1-9][0-9]{0,77})$/.test(amount)) {
      throw at(amountField, 'must be a decimal string of atomic units');
    }
    const asset = String(accept['asset']).toLowerCase() as Address;
    if (!(await assets.findPaymentAsset(network.name, asset))) throw at('asset', 'is not a registered asset');
  }
}
