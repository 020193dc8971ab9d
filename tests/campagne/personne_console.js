// Ce qu'une personne voit et fait, dans la console et dans l'écran du produit. Rien d'autre que le DOM.
globalThis.personne = (() => {
  const $ = id => document.getElementById(id);
  const texte = e => (e ? e.innerText : "").trim();
  const vu = e => !!e && !e.closest("[hidden]");
  const saisir = (champ, valeur) => {
    champ.focus();
    if (champ.type === "checkbox") { if (champ.checked !== valeur) champ.click(); return; }
    champ.value = valeur;
    champ.dispatchEvent(new Event("input", { bubbles: true }));
    champ.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const morceaux = chemin => chemin.split(/(?<!\\)\./).map(m => m.replaceAll("\\.", ".").replaceAll("\\\\", "\\"));
  const joindre = liste => liste.map(m => m.replaceAll("\\", "\\\\").replaceAll(".", "\\.")).join(".");
  const octets = base64 => Uint8Array.from(atob(base64), c => c.charCodeAt(0));
  // Une liste de valeurs simples et leurs chemins redevient un objet.
  const assembler = valeurs => {
    const racine = {};
    for (const { chemin, valeur } of valeurs) {
      if (!chemin) continue;
      let ou = racine; const m = morceaux(chemin);
      m.forEach((cle, i) => {
        if (i === m.length - 1) { ou[cle] = valeur; return; }
        if (ou[cle] === undefined || ou[cle] === null || typeof ou[cle] !== "object") ou[cle] = /^\d+$/.test(m[i + 1]) ? [] : {};
        ou = ou[cle];
      });
    }
    return racine;
  };
  let ajout = null, entree = null;

  // -- la console -------------------------------------------------------------------------------------------
  const attendreAccueil = () => attendre(() => vu($("accueil")) && texte($("accueil-phrase")) !== "", 15000);
  const entrer = nom => { if (nom) saisir($("nom"), nom); $("depart").querySelector("button").click(); };
  const nouvelle = () => {
    const bouton = $("issues")?.firstElementChild;
    if (vu($("demande")) && bouton && !bouton.repondu && !bouton.getAttribute("aria-disabled")) return true;
    return texte($("attente-titre")) === "La campagne est finie";
  };
  const attendre = (pret, delai) => new Promise(rendre => {
    if (pret()) return rendre(true);
    const veille = new MutationObserver(() => { if (pret()) finir(true); });
    const minuteur = setTimeout(() => finir(false), delai);
    const finir = bon => { veille.disconnect(); clearTimeout(minuteur); rendre(bon); };
    veille.observe(document.documentElement, { subtree: true, childList: true, attributes: true, characterData: true });
  });
  const lireDemande = async delai => {
    if (!await attendre(nouvelle, delai)) return null;
    if (!vu($("demande"))) return { fin: texte($("rien")) };
    return {
      titre: $("titre").textContent, ou: texte($("ou")), quoi: texte($("quoi")), rappel: vu($("rappel")) ? texte($("rappel")) : "",
      compte: texte($("compte")), genre: vu($("bloc-releve")) ? "action" : $("issues").innerText.includes("C'est conforme") ? "jugement" : "pieces",
      valeurs: [...$("valeurs").tBodies[0].rows].map(tr => ({
        libelle: tr.cells[0].firstChild.textContent, chemin: tr.querySelector(".chemin").textContent,
        texte: tr.querySelector("[data-valeur]").textContent, nature: tr.querySelector(".nature")?.textContent.trim() ?? "",
        lien: tr.querySelector("a[download]")?.href ?? "" })),
      json: $("bloc-json").hidden ? "" : $("json").textContent,
      pieces: vu($("bloc-pieces")) ? [...document.querySelectorAll(".piece")].map(p => ({ preuve: p.querySelector("strong").textContent.replace("Preuve ", ""), formes: p.querySelector(".discret").textContent.replace("Formes acceptées : ", "").replace(/\.$/, "").split(", ") })) : [],
    };
  };
  const telecharger = async lien => { const r = await fetch(lien); let t = ""; for (const o of new Uint8Array(await r.arrayBuffer())) t += String.fromCharCode(o); return btoa(t); };
  const champs = () => new Map([...$("demande").querySelectorAll("[name]")].map(e => [e.name, e]));
  const repondre = async (issue, messages, releve) => {
    const formulaire = $("demande");
    for (const message of messages) { formulaire.querySelector('[data-ajouter="messages"]').click(); const zones = formulaire.querySelectorAll('textarea[name^="messages."]'); saisir(zones[zones.length - 1], message); }
    const libres = new Map();
    let connus = champs();
    for (const { chemin, type, valeur } of releve) {
      if (!chemin) continue;
      const m = morceaux(chemin);
      for (let i = 1; i < m.length; i++) {  // une ligne par élément de liste
        if (!/^\d+$/.test(m[i])) continue;
        const liste = joindre(m.slice(0, i)), bouton = [...formulaire.querySelectorAll("[data-ajouter]")].find(b => b.dataset.ajouter === liste);
        if (!bouton) break;
        const debut = joindre(m.slice(0, i + 1));
        while (![...connus.keys()].some(n => n === debut || n.startsWith(debut + ".") || n.startsWith(debut + "@")) && Number(m[i]) < 5000) { bouton.click(); const avant = connus.size; connus = champs(); if (connus.size === avant) break; }
      }
      let champ = connus.get(chemin);
      if (type === "liste_vide") { const boite = connus.get(chemin + "@aucun"); if (boite) saisir(boite, true); else if (champ) saisir(champ, "[]"); continue; }
      if (!champ) {  // un champ libre reçoit tout ce qui est sous lui
        for (let i = m.length - 1; i > 0; i--) {
          const parent = joindre(m.slice(0, i)), libre = connus.get(parent);
          if (libre && libre.tagName === "TEXTAREA") { if (!libres.has(parent)) libres.set(parent, []); libres.get(parent).push({ chemin: joindre(m.slice(i)), valeur }); break; }
        }
        continue;
      }
      const nul = connus.get(chemin + "@nul"), vide = connus.get(chemin + "@vide");
      if (champ.tagName === "SELECT") saisir(champ, JSON.stringify(valeur));
      else if (valeur === null) { if (nul) saisir(nul, true); else saisir(champ, ""); }
      else if (valeur === "") { if (vide) saisir(vide, true); else saisir(champ, ""); }
      else if (champ.getAttribute("aria-describedby") && typeof valeur === "object") saisir(champ, JSON.stringify(valeur));
      else saisir(champ, typeof valeur === "boolean" ? (valeur ? "oui" : "non") : String(valeur));
    }
    for (const [chemin, valeurs] of libres) {
      const contenu = /^\d+$/.test(morceaux(valeurs[0].chemin)[0]) ? Object.values(assembler(valeurs.map(v => ({ ...v, chemin: "x." + v.chemin }))).x) : assembler(valeurs);
      saisir(connus.get(chemin), JSON.stringify(contenu));
    }
    const bouton = [...$("issues").children].find(b => b.dataset.issue === issue);
    for (const b of $("issues").children) b.repondu = true;
    bouton.click();
    await attendre(() => texte($("erreur")) !== "" || !vu($("demande")) || !$("issues").firstElementChild?.repondu, 15000);
    return !vu($("demande")) || !$("issues").firstElementChild?.repondu ? "" : texte($("erreur")) || "sans suite";
  };
  // Ce qui se lit sur une attestation ; le produit, sa version et l'éditeur sont déjà remplis.
  const MENTIONS = { numero: preuve => "ATT-" + preuve, date: () => "2026-01-15", expire_le: () => "31/12/2099" };
  const remplirMentions = preuve => {
    for (const champ of cadreDe(preuve).querySelectorAll("[data-meta]"))
      if (MENTIONS[champ.dataset.meta]) saisir(champ, MENTIONS[champ.dataset.meta](preuve));
  };
  const cadreDe = preuve => [...document.querySelectorAll(".piece")].find(p => p.dataset.preuve === preuve);
  const donner = async (preuve, geste) => {
    const cadre = cadreDe(preuve), avant = cadre.querySelectorAll("li").length;
    geste(cadre);
    await attendre(() => cadre.querySelectorAll("li").length > avant || cadre.querySelector(".refus-piece"), 15000);
    return cadre.querySelectorAll("li").length > avant ? "" : texte(cadre.querySelector(".refus-piece")) || "sans suite";
  };
  const deposer = (preuve, nom, base64) => donner(preuve, cadre => {
    const glisse = new DataTransfer();
    glisse.items.add(new File([octets(base64)], nom));
    cadre.dispatchEvent(new DragEvent("drop", { dataTransfer: glisse, bubbles: true, cancelable: true }));
  });
  const lier = (preuve, adresse) => donner(preuve, cadre => {
    saisir(cadre.querySelector("input[id^=lien]"), adresse);
    [...cadre.querySelectorAll("button")].find(b => b.textContent === "Ajouter ce lien").click();
  });

  // -- l'écran du produit -----------------------------------------------------------------------------------
  const choisirCompte = compte => { document.querySelector(`input[name=compte][value="${CSS.escape(compte)}"]`).click(); $("ouvrir").click(); };
  const ouvrirFonction = titre => { const lien = [...document.querySelectorAll("a")].find(a => a.textContent.trim() === titre); if (!lien) throw new Error("fonction absente du menu : " + titre); lien.click(); };
  const remplirProduit = (valeurs, json) => {
    const f = document.querySelector("main form");
    if (!f) return "absente";
    const connus = new Map([...f.elements].filter(e => e.name).map(e => [e.name, e]));
    const tout = json ? JSON.parse(json) : assembler(valeurs.map(v => ({ chemin: v.chemin, valeur: v.brut ?? v.texte })));
    const libres = new Set();
    for (const v of valeurs) {
      const m = morceaux(v.chemin), dedans = m.reduce((ou, cle) => ou?.[cle], tout);
      const champ = connus.get(v.chemin);
      if (champ && !connus.has(v.chemin + "@type")) {
        if (v.nature === "sans valeur") { const nul = connus.get(v.chemin + "@nul"); if (nul) saisir(nul, true); else saisir(champ, champ.tagName === "SELECT" ? "@nul" : ""); }
        else if (v.texte === "" && !v.lien) { const vide = connus.get(v.chemin + "@vide"); if (vide) saisir(vide, true); else if (champ.tagName === "SELECT") saisir(champ, "@vide"); }
        else if (v.brut !== undefined) saisir(champ, v.brut);
        else saisir(champ, v.texte);
        continue;
      }
      // Une liste dont la ligne manque ; une valeur libre, donnée en JSON.
      let trouve = false;
      for (let i = m.length; i > 0 && !trouve; i--) {
        const parent = joindre(m.slice(0, i)), valeur = m.slice(0, i).reduce((ou, cle) => ou?.[cle], tout);
        if (connus.has(parent + "@type")) {
          trouve = true;
          if (libres.has(parent)) break;
          libres.add(parent);
          const genre = valeur === null ? "nul" : typeof valeur === "boolean" ? "booleen" : typeof valeur === "number" ? "nombre" : typeof valeur === "string" ? "texte" : "json";
          saisir(connus.get(parent + "@type"), genre);
          if (genre !== "nul") saisir(connus.get(parent), genre === "json" ? JSON.stringify(valeur) : genre === "booleen" ? (valeur ? "oui" : "non") : String(valeur));
        } else if (connus.has(parent + "@autres") && i < m.length) {
          trouve = true;
          const autres = connus.get(parent + "@autres"), deja = autres.value.trim() ? JSON.parse(autres.value) : {};
          deja[m[i]] = valeur[m[i]];
          saisir(autres, JSON.stringify(deja));
        } else if (i < m.length && /^\d+$/.test(m[i])) {
          const bouton = [...f.querySelectorAll("button[name=_ajouter]")].find(b => b.value === parent);
          if (bouton) { ajout = bouton; return "ligne"; }
        }
      }
      if (!trouve && dedans !== undefined && !["liste vide", "objet vide"].includes(v.nature)) throw new Error("champ absent du produit : " + v.chemin);
    }
    return "plein";
  };
  const ajouterLigne = () => ajout.click();
  const valider = () => $("valider") ? $("valider").click() : location.reload();
  const lireResultat = () => ({
    issue: document.querySelector("[data-resultat]")?.dataset.resultat ?? "",
    texte: document.querySelector("main")?.innerText.slice(0, 2000) ?? "",
    messages: [...document.querySelectorAll("#messages li")].map(li => li.textContent),
    valeurs: [...document.querySelectorAll("[data-chemin][data-type]")].map(e => ({ chemin: e.dataset.chemin, type: e.dataset.type,
      valeur: { texte: () => e.textContent, nombre: () => Number(e.textContent), booleen: () => e.textContent === "Oui", nul: () => null, vide: () => "", liste_vide: () => [], objet_vide: () => ({}) }[e.dataset.type]() })),
  });
  const adresse = () => location.href;
  return { attendre, attendreAccueil, entrer, lireDemande, telecharger, repondre, remplirMentions, deposer, lier, choisirCompte, ouvrirFonction, remplirProduit, ajouterLigne, valider, lireResultat, adresse };
})();
