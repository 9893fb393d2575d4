/** One sentence why no sandbox can be had on this machine at all, or undefined. */
export function whyUnsupported(platform: NodeJS.Platform = process.platform): string | undefined {
  if (platform === 'linux') return undefined;
  return `ns-jest needs Linux: namespaces are a feature of its kernel, and this is ${platform}. The option onUnsupported: 'skip' or 'run' says what to do instead.`;
}
