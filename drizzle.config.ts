import { defineConfig } from 'drizzle-kit';

const config = defineConfig({ dialect: 'postgresql', schema: './src/db/tables/*.ts', out: './drizzle' });
export default config;
