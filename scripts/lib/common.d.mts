// Only what TypeScript code uses of common.mjs.
export const root: string;
export const projectNode: string;
export function temporaryFolder(name: string): string;
export function copyOfExamples(parent: string): string;
export function removeFolder(folder: string): void;
