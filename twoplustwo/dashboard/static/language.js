// Tells screen readers the language also when a visitor changes it without a reload, where the browser can
// say so (the Navigation API). The document comes with the right one.
const tell = () => {
  const asked = new URLSearchParams(location.search).get("lang") || "";
  document.documentElement.lang = asked.trim().toLowerCase() === "ja" ? "ja" : "en";
};
window.navigation?.addEventListener("currententrychange", tell);
