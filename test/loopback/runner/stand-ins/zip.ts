// Owns artifacts as zip files: made of files, and unpacked without leaving the folder.
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, relative, resolve, sep } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import yazl from 'yazl'

export async function zipFiles(root: string, files: readonly string[], level: number): Promise<Buffer> {
  const zip = new yazl.ZipFile()
  for (const file of files) {
    zip.addFile(file, relative(root, file).split(sep).join('/'), { compress: level > 0 })
  }
  zip.end()
  return buffer(zip.outputStream)
}

/** A name that leads out of `folder` ends it: yauzl refuses `..` and absolute names itself. */
export async function unzip(zip: Buffer, folder: string): Promise<void> {
  const file = await yauzl.fromBufferPromise(zip, { lazyEntries: true })
  for await (const entry of file.eachEntry()) {
    const target = resolve(folder, entry.fileName)
    if (entry.fileName.endsWith('/')) {
      await mkdir(target, { recursive: true })
      continue
    }
    await mkdir(dirname(target), { recursive: true })
    await pipeline(await file.openReadStreamPromise(entry), createWriteStream(target))
  }
}
