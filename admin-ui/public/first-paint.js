// Runs before anything is painted: the chosen colours and language, so that nothing flashes.
;(function () {
  const root = document.documentElement
  try {
    const theme = localStorage.getItem('sallyport.theme')
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme
    const language = localStorage.getItem('sallyport.language') || navigator.language
    root.lang = /^ja\b/i.test(language) ? 'ja' : 'en'
  } catch {
    // Storage may be forbidden: then the system's colours and English it is.
  }
})()
