// Every page: its address, its place in the navigation, and who may see it. What is not here does not exist.

import { lazy, type ComponentType } from 'react'
import type { Role } from '../api/contract.ts'
import { words } from '../language/words.ts'
import type { PageProps } from './page-props.ts'

export type Section = 'see' | 'traffic' | 'change' | 'administration'

export interface PageEntry {
  readonly pattern: string
  /** The least role that sees anything there. */
  readonly role: Role
  readonly Component: ComponentType<PageProps>
  /** null: reached from other pages. */
  readonly navigation: {
    readonly section: Section
    readonly name: keyof (typeof PAGE_NAMES)['en']
    /** Second key after `g`. */
    readonly key: string
  } | null
}

export const PAGE_NAMES = words(
  {
    overview: 'Overview',
    topology: 'Topology',
    tail: 'Live',
    explain: 'Explain',
    routes: 'Routes',
    releases: 'Releases',
    policies: 'Policies',
    limits: 'Rate limits',
    egress: 'Egress',
    services: 'Services',
    certificates: 'Certificates',
    config: 'Configuration',
    review: 'Review',
    revisions: 'Revisions',
    access: 'Access',
    audit: 'Audit',
    system: 'System',
    api: 'API',
  },
  {
    overview: '概要',
    topology: 'トポロジー',
    tail: 'ライブ',
    explain: '判定の説明',
    routes: 'ルート',
    releases: 'リリース',
    policies: 'ポリシー',
    limits: 'レート制限',
    egress: '外向き通信（egress）',
    services: 'サービス',
    certificates: '証明書',
    config: '設定',
    review: '変更の確認',
    revisions: 'リビジョン',
    access: 'アクセス管理',
    audit: '監査',
    system: 'システム',
    api: 'API',
  },
)

const Overview = lazy(async () => ({ default: (await import('./overview/overview.tsx')).Overview }))
const TopologyPage = lazy(async () => ({
  default: (await import('./topology/topology.tsx')).TopologyPage,
}))
const Tail = lazy(async () => ({ default: (await import('./tail/tail.tsx')).Tail }))
const Explain = lazy(async () => ({ default: (await import('./explain/explain.tsx')).Explain }))
const Policies = lazy(async () => ({ default: (await import('./policies/policies.tsx')).Policies }))
const FirstService = lazy(async () => ({
  default: (await import('./setup/first-service.tsx')).FirstService,
}))
const Limits = lazy(async () => ({ default: (await import('./limits/limits.tsx')).Limits }))
const Routes = lazy(async () => ({ default: (await import('./routes/routes.tsx')).Routes }))
const RouteEditor = lazy(async () => ({
  default: (await import('./routes/route-editor.tsx')).RouteEditor,
}))
const Releases = lazy(async () => ({ default: (await import('./releases/releases.tsx')).Releases }))
const ReleasePage = lazy(async () => ({
  default: (await import('./releases/release.tsx')).ReleasePage,
}))
const Config = lazy(async () => ({ default: (await import('./config/config.tsx')).Config }))
const Review = lazy(async () => ({ default: (await import('./review/review.tsx')).Review }))
const Revisions = lazy(async () => ({
  default: (await import('./revisions/revisions.tsx')).Revisions,
}))
const RevisionPage = lazy(async () => ({
  default: (await import('./revisions/revision.tsx')).RevisionPage,
}))
const Egress = lazy(async () => ({ default: (await import('./egress/egress.tsx')).Egress }))
const Services = lazy(async () => ({ default: (await import('./services/services.tsx')).Services }))
const Certificates = lazy(async () => ({
  default: (await import('./certificates/certificates.tsx')).Certificates,
}))
const Identities = lazy(async () => ({
  default: (await import('./identities/identities.tsx')).Identities,
}))
const Access = lazy(async () => ({ default: (await import('./access/access.tsx')).Access }))
const Audit = lazy(async () => ({ default: (await import('./audit/audit.tsx')).Audit }))
const System = lazy(async () => ({ default: (await import('./system/system.tsx')).System }))
const ApiDocs = lazy(async () => ({ default: (await import('./api-docs/api-docs.tsx')).ApiDocs }))

export const PAGES: readonly PageEntry[] = [
  {
    pattern: '/',
    role: 'viewer',
    Component: Overview,
    navigation: { section: 'see', name: 'overview', key: 'o' },
  },
  {
    pattern: '/topology',
    role: 'viewer',
    Component: TopologyPage,
    navigation: { section: 'see', name: 'topology', key: 'y' },
  },
  {
    pattern: '/tail',
    role: 'viewer',
    Component: Tail,
    navigation: { section: 'see', name: 'tail', key: 't' },
  },
  {
    pattern: '/explain',
    role: 'viewer',
    Component: Explain,
    navigation: { section: 'see', name: 'explain', key: 'x' },
  },
  { pattern: '/explain/:tab', role: 'viewer', Component: Explain, navigation: null },
  {
    pattern: '/routes',
    role: 'viewer',
    Component: Routes,
    navigation: { section: 'traffic', name: 'routes', key: 'r' },
  },
  { pattern: '/routes/:name', role: 'viewer', Component: RouteEditor, navigation: null },
  {
    pattern: '/releases',
    role: 'viewer',
    Component: Releases,
    navigation: { section: 'traffic', name: 'releases', key: 'b' },
  },
  { pattern: '/releases/:route', role: 'viewer', Component: ReleasePage, navigation: null },
  {
    pattern: '/policies',
    role: 'viewer',
    Component: Policies,
    navigation: { section: 'traffic', name: 'policies', key: 'p' },
  },
  { pattern: '/policies/:tab', role: 'viewer', Component: Policies, navigation: null },
  { pattern: '/first-service', role: 'operator', Component: FirstService, navigation: null },
  {
    pattern: '/limits',
    role: 'viewer',
    Component: Limits,
    navigation: { section: 'traffic', name: 'limits', key: 'l' },
  },
  {
    pattern: '/egress',
    role: 'viewer',
    Component: Egress,
    navigation: { section: 'traffic', name: 'egress', key: 'e' },
  },
  { pattern: '/egress/:tab', role: 'viewer', Component: Egress, navigation: null },
  {
    pattern: '/services',
    role: 'viewer',
    Component: Services,
    navigation: { section: 'traffic', name: 'services', key: 's' },
  },
  { pattern: '/services/:tab', role: 'viewer', Component: Services, navigation: null },
  {
    pattern: '/certificates',
    role: 'viewer',
    Component: Certificates,
    navigation: { section: 'traffic', name: 'certificates', key: 'i' },
  },
  { pattern: '/certificates/:tab', role: 'viewer', Component: Certificates, navigation: null },
  { pattern: '/identities', role: 'viewer', Component: Identities, navigation: null },
  {
    pattern: '/config',
    role: 'viewer',
    Component: Config,
    navigation: { section: 'change', name: 'config', key: 'c' },
  },
  {
    pattern: '/review',
    role: 'viewer',
    Component: Review,
    navigation: { section: 'change', name: 'review', key: 'w' },
  },
  {
    pattern: '/revisions',
    role: 'viewer',
    Component: Revisions,
    navigation: { section: 'change', name: 'revisions', key: 'v' },
  },
  { pattern: '/revisions/:number', role: 'viewer', Component: RevisionPage, navigation: null },
  {
    pattern: '/access',
    role: 'viewer',
    Component: Access,
    navigation: { section: 'administration', name: 'access', key: 'a' },
  },
  { pattern: '/access/:tab', role: 'viewer', Component: Access, navigation: null },
  {
    pattern: '/audit',
    role: 'operator',
    Component: Audit,
    navigation: { section: 'administration', name: 'audit', key: 'u' },
  },
  {
    pattern: '/system',
    role: 'viewer',
    Component: System,
    navigation: { section: 'administration', name: 'system', key: 'm' },
  },
  { pattern: '/system/:tab', role: 'viewer', Component: System, navigation: null },
  {
    pattern: '/api-docs',
    role: 'viewer',
    Component: ApiDocs,
    navigation: { section: 'administration', name: 'api', key: 'd' },
  },
]
