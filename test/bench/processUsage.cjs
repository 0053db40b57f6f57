// Loaded before a program that is measured: appends what its process has used, when it ends, to the file USAGE_FILE.
const { appendFileSync } = require('node:fs');

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const used = { wall: process.uptime(), cpu: (userCPUTime + systemCPUTime) / 1e6, rss: maxRSS / 1024 };
  appendFileSync(process.env.USAGE_FILE, `${JSON.stringify(used)}\n`);
});
