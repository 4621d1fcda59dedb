// Owns the folders of one job: fresh for it, laid out as on GitHub's runner, and gone with it.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface JobFolders {
  readonly root: string
  readonly home: string
  readonly workspace: string
  readonly temp: string
  readonly actions: string
  readonly tools: string
  readonly eventPath: string
}

export async function makeJobFolders(
  workFolder: string,
  job: number,
  repository: string,
  payload: Readonly<Record<string, unknown>>,
): Promise<JobFolders> {
  const root = join(workFolder, `job-${job}`)
  const work = join(root, '_work')
  const name = repository.slice(repository.indexOf('/') + 1)
  const temp = join(work, '_temp')
  const folders = {
    root,
    home: join(root, 'home'),
    workspace: join(work, name, name),
    temp,
    actions: join(work, '_actions'),
    tools: join(work, '_tool'),
    eventPath: join(temp, '_github_workflow', 'event.json'),
  }
  await rm(root, { recursive: true, force: true })
  const wanted = [
    folders.home,
    folders.workspace,
    folders.actions,
    folders.tools,
    join(temp, '_github_workflow'),
  ]
  for (const folder of wanted) await mkdir(folder, { recursive: true })
  await writeFile(folders.eventPath, JSON.stringify(payload, null, 2))
  return folders
}
