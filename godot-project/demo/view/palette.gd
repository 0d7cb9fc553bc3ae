extends RefCounted
## The colours of controls that draw themselves. All other colours come from theme.tres.

const TEXT: Color = Color("#e4e8ef")
const MUTED: Color = Color("#9aa6b8")
const LINE: Color = Color("#2a3241")
const ACCENT: Color = Color("#6cb8ff")
const BRAND: Color = Color("#f0894a")
const DONE: Color = Color("#63d297")
const FAILED: Color = Color("#ff8078")
