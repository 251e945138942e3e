import { Type } from '@sinclair/typebox';
import { ref } from '../kit/model.ts';
import { AddressString, PositiveAmountString } from '../kit/scalars.ts';
import { NftMetadata } from './nft-metadata.ts';
import { PlatformTransaction } from './transactions.ts';

/** The key may come in the body or as a header. */
export const IdempotencyKey = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: '^[\\x21-\\x7E]+$',
  description: 'Same key and same body: the first answer again',
});

export const WriteHeaders = Type.Object({
  'idempotency-key': Type.Optional(IdempotencyKey),
});

/** Number of an item inside a contract, of ERC-721, SBT and ERC-1155. */
export const ItemId = Type.String({
  pattern: '^(?:0|[1-9][0-9]{0,77})$',
  description: 'Number of the item, a decimal string; for ERC721, SBT and ERC1155',
});

export const Uri = Type.String({ minLength: 1, maxLength: 2048, description: 'URI of the metadata' });

/** Metadata of an item: where it lies, or what we are to serve. */
export const described = {
  uri: Type.Optional(Uri),
  metadata: Type.Optional(ref(NftMetadata)),
};

export const To = AddressString('Receiving address');

export const From = Type.String({
  pattern: '^(0x[0-9a-fA-F]{40}|wal_[0-9a-z]{1,40})$',
  description: 'Smart account of yours that sends, by id or address; the treasury when absent',
});

/** Which part of a token a move is about. */
export const portion = {
  amount: Type.Optional(PositiveAmountString('Atomic units; left out for unique tokens (ERC721, SBT)')),
  item_id: Type.Optional(ItemId),
};

export const keyed = { idempotency_key: Type.Optional(IdempotencyKey) };

/** What every write of the journal answers with. */
export const written = {
  status: 201,
  description: 'Written down; it goes out with the next operation of the account',
  schema: ref(PlatformTransaction),
};

/** What an action on a token can be refused with, whatever it is. */
export const refusals = ['token_not_found', 'conflict', 'idempotency_conflict', 'blockchain_error'] as const;
