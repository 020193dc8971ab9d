// Le formulaire de relevé, engendré depuis un schéma JSON. Un champ laissé vide n'est pas donné.
"use strict";

export const ABSENT = Symbol("absent");

export function el(nom, attributs = {}, ...enfants) {
  const e = document.createElement(nom);
  for (const [cle, valeur] of Object.entries(attributs)) {
    if (valeur === false || valeur === null || valeur === undefined) continue;
    if (cle.startsWith("on")) e[cle] = valeur;
    else e.setAttribute(cle, valeur === true ? "" : valeur);
  }
  e.append(...enfants.filter(x => x !== null && x !== undefined));
  return e;
}

const types = schema => [].concat(schema.type ?? []);
const admetNul = schema => types(schema).includes("null") || (schema.enum ?? []).includes(null);
const descendre = (chemin, cle) => {
  const morceau = String(cle).replaceAll("\\", "\\\\").replaceAll(".", "\\.");
  return chemin ? `${chemin}.${morceau}` : morceau;
};
const titre = (schema, cle) => schema.libelle || cle;
let rang = 0;

export function creer(schema, cle, chemin, requis, connues, changer) {
  if (schema.properties) return new Objet(schema, cle, chemin, requis, connues, changer);
  if (types(schema).includes("array")) return new Liste(schema, cle, chemin, requis, connues, changer);
  if (!schema.enum && (!types(schema).length || types(schema).includes("object"))) return new Libre(schema, cle, chemin, requis, connues, changer);
  return new Feuille(schema, cle, chemin, requis, connues, changer);
}

function etiquette(champ, pour) {
  return el("label", { for: pour }, titre(champ.schema, champ.cle),
    champ.requis ? el("span", { class: "obligatoire", title: "obligatoire" }, " (obligatoire)") : null,
    " ", el("span", { class: "chemin" }, champ.chemin));
}
const aide = schema => schema.description ? el("span", { class: "aide" }, schema.description) : null;

class Champ {
  constructor(schema, cle, chemin, requis, connues, changer) {
    Object.assign(this, { schema, cle, chemin, requis, connues, changer });
  }
}

class Objet extends Champ {
  constructor(...args) {
    super(...args);
    const oblige = new Set(this.schema.required ?? []);
    this.enfants = Object.entries(this.schema.properties).map(([nom, sous]) =>
      [nom, creer(sous, nom, descendre(this.chemin, nom), oblige.has(nom), this.connues, this.changer)]);
    const grille = el("div", { class: "champs" }, ...this.enfants.map(([, c]) => c.element));
    this.element = this.chemin === "" ? grille : el("fieldset", {},
      el("legend", {}, titre(this.schema, this.cle), this.requis && !/\.\d+$/.test(this.chemin) ? el("span", { class: "obligatoire" }, " (obligatoire)") : null,
        " ", el("span", { class: "chemin" }, this.chemin)),
      aide(this.schema), grille);
  }
  rempli() { return this.enfants.some(([, c]) => c.rempli()); }
  lire(force = this.requis) {
    if (!force && !this.rempli()) return ABSENT;
    const lu = {};
    for (const [nom, champ] of this.enfants) { const v = champ.lire(); if (v !== ABSENT) lu[nom] = v; }
    return Object.assign(lu, this.reste ?? {});
  }
  ecrire(valeur) {
    this.reste = {};
    const connus = new Map(this.enfants);
    for (const [nom, v] of Object.entries(valeur ?? {})) connus.has(nom) ? connus.get(nom).ecrire(v) : this.reste[nom] = v;
  }
}

class Liste extends Champ {
  constructor(...args) {
    super(...args);
    this.lignes = [];
    this.simple = !this.schema.items?.properties;
    this.corps = el("div", {});
    this.aucun = el("input", { type: "checkbox", name: this.chemin + "@aucun", onchange: () => this.changer() });
    this.bouton = el("button", { type: "button", class: "petit", onclick: () => { this.ajouter().cibler(); this.changer(); },
      "aria-label": `Ajouter : ${titre(this.schema, this.cle)}`, "data-ajouter": this.chemin }, "Ajouter");
    this.element = el("fieldset", {},
      el("legend", {}, titre(this.schema, this.cle), this.requis ? el("span", { class: "obligatoire" }, " (obligatoire)") : null,
        " ", el("span", { class: "chemin" }, this.chemin)),
      aide(this.schema), this.corps, this.bouton,
      this.requis ? null : el("label", { class: "option" }, " ", this.aucun, " aucun élément à l'écran"));
  }
  ajouter(valeur = ABSENT) {
    const chemin = descendre(this.chemin, this.prochain = (this.prochain ?? -1) + 1);
    const champ = creer(this.schema.items ?? {}, `${titre(this.schema, this.cle)} n° ${this.lignes.length + 1}`, chemin, true, {}, this.changer);
    const retirer = el("button", { type: "button", class: "petit", "aria-label": `Retirer : ${champ.cle}` }, "Retirer");
    const ligne = el("div", { class: this.simple ? "ligne simple" : "ligne" }, champ.element, retirer);
    retirer.onclick = () => { ligne.remove(); this.lignes = this.lignes.filter(c => c !== champ); this.bouton.focus(); this.changer(); };
    this.lignes.push(champ);
    this.corps.append(ligne);
    if (valeur !== ABSENT) champ.ecrire(valeur);
    champ.cibler = () => ligne.querySelector("input, textarea, select")?.focus();
    return champ;
  }
  rempli() { return this.lignes.length > 0 || this.aucun.checked; }
  lire() {
    if (!this.lignes.length) return this.requis || this.aucun.checked ? [] : ABSENT;
    return this.lignes.map(c => c.lire(true)).filter(v => v !== ABSENT);
  }
  ecrire(valeur) {
    this.lignes = []; this.prochain = -1; this.corps.replaceChildren();
    if (!Array.isArray(valeur)) return;
    this.aucun.checked = !valeur.length;
    for (const v of valeur) this.ajouter(v);
  }
}

const LONGS = new Set(["html", "affichage", "contenu", "corps", "texte", "configuration", "cgu", "documentation", "message", "acquittement"]);

class Feuille extends Champ {
  constructor(...args) {
    super(...args);
    const { schema, cle } = this, id = `c${++rang}`, genre = types(schema).find(t => t !== "null") ?? "string";
    this.genre = schema.enum ? "choix" : genre;
    const nom = { id, name: this.chemin, oninput: () => this.toucher(), onchange: () => this.toucher() };
    const options = [];
    if (schema.enum || genre === "boolean") {
      const choix = schema.enum ? schema.enum.filter(v => v !== null || admetNul(schema)) : [true, false];
      this.entree = el("select", nom, el("option", { value: "" }, "— non relevé —"),
        ...choix.map(v => el("option", { value: JSON.stringify(v) }, v === null ? "aucune valeur" : v === "" ? "(affiché vide)" : v === true ? "oui" : v === false ? "non" : v)));
    } else {
      const fichier = this.cle.endsWith("_base64"), long = fichier || LONGS.has(cle) || types(schema).length === 0 || (this.chemin.match(/messages(_hl7)?\.\d+$/));
      this.entree = long ? el("textarea", { ...nom, rows: fichier ? 1 : 2, spellcheck: "false" })
        : el("input", { ...nom, type: "text", autocomplete: "off", spellcheck: "false", inputmode: genre === "integer" ? "numeric" : genre === "number" ? "decimal" : null });
      this.large = long;
      if (fichier || (long && !this.chemin.startsWith("messages."))) options.push(this.fichier(fichier ? "base64" : "texte", "ou un fichier"));
      if (cle.endsWith("_sha256")) options.push(this.fichier("sha256", "ou le fichier, dont l'empreinte sera calculée"));
      if (!this.requis && admetNul(schema)) options.push(this.case("nul", "le logiciel dit : aucune valeur"));
      else if (!this.requis && genre === "string" && this.chemin) options.push(this.case("vide", "affiché vide"));
    }
    const connue = this.connues?.[cle];
    if (connue !== undefined && genre === "string" && !schema.enum) { this.entree.value = connue; this.prerempli = true; }
    this.element = el("div", { class: this.large ? "champ large" : "champ" }, etiquette(this, id), this.entree, ...options, aide(schema));
    if (schema.description) { const a = this.element.lastElementChild; a.id = id + "a"; this.entree.setAttribute("aria-describedby", a.id); }
  }
  case(sorte, texte) {
    const boite = el("input", { type: "checkbox", name: `${this.chemin}@${sorte}`, onchange: () => this.toucher() });
    this[sorte] = boite;
    return el("label", { class: "option" }, boite, " ", texte);
  }
  fichier(sorte, texte) {
    const choix = el("input", { type: "file", name: `${this.chemin}@fichier` });
    choix.onchange = async () => {
      if (!choix.files.length) return;
      const octets = new Uint8Array(await choix.files[0].arrayBuffer());
      if (sorte === "texte") this.entree.value = this.brut = new TextDecoder().decode(octets);
      else if (sorte === "base64") this.entree.value = base64(octets);
      else this.entree.value = [...new Uint8Array(await crypto.subtle.digest("SHA-256", octets))].map(x => x.toString(16).padStart(2, "0")).join("");
      this.toucher(true);
    };
    return el("label", { class: "option" }, texte + " ", choix);
  }
  toucher(duFichier = false) { this.prerempli = false; if (!duFichier) this.brut = undefined; this.changer(); }
  rempli() { return !this.prerempli && (this.entree.value !== "" || !!this.nul?.checked || !!this.vide?.checked); }
  lire() {
    const texte = this.brut ?? this.entree.value;
    if (this.nul?.checked) return null;
    if (this.entree.tagName === "SELECT") return texte === "" ? ABSENT : JSON.parse(texte);
    if (texte === "") {
      if (this.vide?.checked) return "";
      if (!this.requis) return ABSENT;
      return admetNul(this.schema) ? null : this.genre === "string" ? "" : ABSENT;
    }
    if (this.genre === "integer" || this.genre === "number") {
      const nombre = Number(texte.trim().replace(",", "."));
      return Number.isFinite(nombre) ? nombre : texte;
    }
    return this.cle.endsWith("_base64") ? texte.replace(/\s/g, "") : texte;
  }
  ecrire(valeur) {
    this.prerempli = false;
    if (this.nul) this.nul.checked = valeur === null;
    if (this.vide) this.vide.checked = valeur === "";
    if (this.entree.tagName === "SELECT") this.entree.value = valeur === undefined ? "" : JSON.stringify(valeur);
    else {
      this.entree.value = valeur === null || valeur === undefined ? "" : typeof valeur === "object" ? JSON.stringify(valeur) : String(valeur);
      this.brut = typeof valeur === "string" && valeur !== this.entree.value ? valeur : undefined;
    }
  }
}

// Une valeur dont le contrat ne dit pas la forme : un texte, ou du JSON s'il en a l'air.
class Libre extends Champ {
  constructor(...args) {
    super(...args);
    const id = `c${++rang}`;
    this.objet = types(this.schema).includes("object");
    this.entree = el("textarea", { id, name: this.chemin, rows: 2, spellcheck: "false", "aria-describedby": id + "a", oninput: () => this.changer() });
    const dit = this.objet ? "une ligne par champ, « nom : valeur », ou du JSON" : "un texte, un nombre, oui ou non ; une liste ou un objet en JSON";
    this.element = el("div", { class: "champ large" }, etiquette(this, id), this.entree, el("span", { class: "aide", id: id + "a" }, [this.schema.description, dit].filter(Boolean).join(" — ")));
  }
  rempli() { return this.entree.value.trim() !== ""; }
  lire() {
    const texte = this.entree.value.trim();
    if (texte === "") return this.requis && this.objet ? {} : ABSENT;
    if (/^[[{"]/.test(texte)) { try { return JSON.parse(texte); } catch { /* un texte ordinaire */ } }
    if (!this.objet) return simple(texte);
    const lu = {};
    for (const ligne of texte.split("\n")) {
      const [nom, ...suite] = ligne.split(":");
      if (nom.trim()) lu[nom.trim()] = simple(suite.join(":").trim());
    }
    return lu;
  }
  ecrire(valeur) { this.entree.value = valeur === undefined ? "" : typeof valeur === "string" && simple(valeur) === valeur && !/^[[{"]/.test(valeur) ? valeur : JSON.stringify(valeur); }
}

function simple(texte) {
  if (/^(oui|vrai|true)$/i.test(texte)) return true;
  if (/^(non|faux|false)$/i.test(texte)) return false;
  if (/^(null|aucune valeur)$/i.test(texte)) return null;
  return /^-?(0|[1-9]\d*)([.,]\d+)?$/.test(texte) ? Number(texte.replace(",", ".")) : texte;
}

export function base64(octets) {
  let texte = "";
  for (let i = 0; i < octets.length; i += 0x8000) texte += String.fromCharCode(...octets.subarray(i, i + 0x8000));
  return btoa(texte);
}
