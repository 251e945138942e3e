/** 0x-prefixed hex; lower case unless it is an EIP-55 address. */
export type Hex = `0x${string}`;
export type Address = `0x${string}`;
