// Loaded by long-lived child processes: they end even when their parent is killed without a chance to stop them.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(1);
}, 1000).unref();
