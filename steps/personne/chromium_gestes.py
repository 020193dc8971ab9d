"""Les quelques scripts joués dans la page pour désigner un élément par son rang, comme `pages` le compte."""

from __future__ import annotations

_BOUTONS = """
Array.from(document.querySelectorAll("button, input[type], [role='button']")).filter(e =>
  !e.hasAttribute("disabled") && !(e.getAttribute("role") === "button" && e.matches("a[href]")) &&
  (e.tagName !== "INPUT" || ["submit", "image", "button"].includes(e.getAttribute("type").toLowerCase())))
"""
_APPARTIENT = """
(e, f) => e.hasAttribute("form") ? e.getAttribute("form") === f.getAttribute("id") : f.contains(e)
"""

ETAT = """
(() => {
  const garder = magasin => { try { return Object.assign({}, magasin()); } catch { return {}; } };
  return {
    pret: document.readyState, url: location.href, titre: document.title, type: document.contentType,
    html: document.documentElement ? document.documentElement.outerHTML : "",
    localStorage: garder(() => window.localStorage), sessionStorage: garder(() => window.sessionStorage),
  };
})()
"""
"""Ce qu'est la page : état, adresse, titre, HTML tel qu'affiché, stockage local."""

LIEN = "rang => document.querySelectorAll('a[href]')[rang]"
FORMULAIRE = f"""
(rang, bouton) => {{
  const f = document.querySelectorAll("form")[rang], a = {_APPARTIENT};
  return f && {_BOUTONS}.filter(e => a(e, f))[bouton];
}}
"""
BOUTON_LIBRE = f"rang => {_BOUTONS}.filter(e => !e.closest('form') && !e.hasAttribute('form'))[rang]"

VISER = """
e => {
  if (!e || !e.getClientRects().length || getComputedStyle(e).visibility === "hidden") return null;
  e.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
  for (const lieu of [e, e.form]) if (lieu && lieu.target) lieu.target = "_self";
  const r = e.getClientRects()[0], x = r.left + r.width / 2, y = r.top + r.height / 2;
  const dessus = document.elementFromPoint(x, y);
  if (dessus && (e.contains(dessus) || dessus.contains(e))) return {x, y};
  e.click();
  return {clique: true};
}
"""
"""Où cliquer ; l'onglet reste le même. null si l'élément ne se voit pas."""

VISER_CHAMP = """
(rang, nom) => {
  const f = document.querySelectorAll("form")[rang];
  const e = f && Array.from(f.elements).find(e => e.name === nom);
  if (!e || e.disabled) return false;
  e.scrollIntoView({block: "center", behavior: "instant"});
  e.focus();
  if (e.select) e.select(); else e.value = "";
  return document.activeElement === e;
}
"""

CHOISIR = """
(rang, nom, valeur) => {
  const f = document.querySelectorAll("form")[rang];
  for (const e of Array.from(f.elements).filter(e => e.name === nom)) {
    if (e.type === "radio" || e.type === "checkbox") {
      const voulu = e.value === valeur;
      if (e.checked !== voulu && (voulu || e.type === "checkbox")) e.click();
    } else if (e.value !== valeur) {
      e.value = valeur;
      for (const nom of ["input", "change"]) e.dispatchEvent(new Event(nom, {bubbles: true}));
    }
  }
}
"""
"""Choisit une option, coche, ou pose la valeur d'un champ caché."""

SOUMETTRE = "rang => document.querySelectorAll('form')[rang].requestSubmit()"
"""Un formulaire sans bouton part à la touche Entrée."""
