/** Resolved by esbuild.mjs: imports every file that the pattern finds. */
declare module 'glob:*';
