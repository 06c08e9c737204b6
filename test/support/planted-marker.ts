/** Whether a text that was planted can be read in some bytes: as it is, or as the middle of something in base64. */
export function showsMarker(bytes: Uint8Array, marker: string): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [marker, ...base64Forms(marker)].some((form) => text.includes(form));
}

/** What base64 makes of it depends on how many bytes stand before it; the characters at its ends depend on its neighbours. */
function base64Forms(marker: string): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.from(`${'.'.repeat(before)}${marker}`)
      .toString('base64')
      .replace(/=+$/, '');
    return encoded.slice(before === 0 ? 0 : 4, -4);
  });
}
