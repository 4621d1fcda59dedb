// Owns the memory of another process, as the system tells it.
import { execa } from 'execa'

/** Megabytes that lie in memory. */
export async function rssOf(pid: number): Promise<number> {
  const { stdout } = await execa('ps', ['-o', 'rss=', '-p', String(pid)])
  return (Number(stdout) * 1024) / 1e6
}
