import { operations as batch } from './batch.ts';
import { operations as gasEstimates } from './gas-estimates.ts';
import { operations as holders } from './holders.ts';
import { operations as nftMetadata } from './nft-metadata.ts';
import { operations as nftMoves } from './nft-moves.ts';
import { operations as nfts } from './nfts.ts';
import { operations as roles } from './roles.ts';
import { operations as batches } from './token-batches.ts';
import { operations as moves } from './token-moves.ts';
import { operations as reads } from './token-reads.ts';
import { operations as settings } from './token-settings.ts';
import { operations as tokens } from './tokens.ts';
import { operations as actions } from './transaction-actions.ts';
import { operations as transactions } from './transactions.ts';

/** Tokens and all that is done with them. */
export const operations = [
  ...tokens,
  ...settings,
  ...moves,
  ...batches,
  ...reads,
  ...holders,
  ...roles,
  ...nfts,
  ...nftMoves,
  ...nftMetadata,
  ...transactions,
  ...actions,
  ...batch,
  ...gasEstimates,
] as const;
