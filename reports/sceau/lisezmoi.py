"""`LISEZMOI.txt` : ce que le dossier contient et comment le vérifier, avec ou sans le banc."""

from __future__ import annotations

from collections.abc import Sequence

from reports.campagne import Campagne
from reports.sceau.cles import CleDeSignature, nom_du
from reports.sceau.completude import Manque, en_lignes
from reports.sceau.manifeste import Nature
from reports.synthese import synthetiser
from reports.texte import affichable, date_lisible

_FICHIERS = (
    ("rapport.html", "à lire d'abord : chaque exigence, chaque preuve, ce qui a été vu"),
    ("convergence.xlsx", "les colonnes de Convergence, puis le verdict et les pièces"),
    ("verdicts.json, junit.xml", "les mêmes verdicts, pour un programme"),
    ("campagne.json", "le logiciel, les profils, les versions, la tête du journal"),
    ("catalogue.json", "l'empreinte du catalogue des exigences et les numéros qu'il demande"),
    ("defauts.json", "comment le banc a été montré capable d'échouer"),
    ("journal.jsonl.xz", "tout ce qui a été observé, un enregistrement par ligne, chacun lié au précédent"),
    ("corps.tar.xz", "les octets échangés, un fichier par SHA-256"),
    ("allure-results.tar.xz", "les mêmes faits pour Allure"),
    ("preuves/", "les pièces déposées et les documents ; index.json dit où est chaque pièce de chaque preuve"),
    ("manifeste.dsse.json", "l'empreinte de chaque fichier et le résultat, signés (in-toto, DSSE)"),
    ("empreintes.sha256", "les mêmes empreintes, pour « sha256sum -c »"),
)


def rediger(campagne: Campagne, nature: Nature, manques: Sequence[Manque], cle: CleDeSignature) -> bytes:
    """Le texte, fins de ligne Windows comprises : il s'ouvre partout."""
    lignes = [f"Dossier de preuves, REM {campagne.rem}, couloir {campagne.couloir}", ""]
    if nature.mention:
        lignes += [f"*** {nature.mention} ***", *_explication(nature), ""]
    if manques and nature is Nature.DEMONSTRATION:
        lignes += ["*** PROVISOIRE : la campagne de démonstration n'est pas complète ***", ""]
    comptes = synthetiser(campagne.resultats).ensemble
    lignes += [
        f"Logiciel : {campagne.logiciel.designation}, NIL {campagne.logiciel.nil or 'non donné'}",
        f"Campagne : du {date_lisible(campagne.debut)} au {date_lisible(campagne.fin) or '(interrompue)'}",
        f"Banc : {campagne.produit_banc}",
        f"Verdicts ({comptes.total} scénarios) : "
        + ", ".join(f"{nombre} {verdict.libelle}" for verdict, nombre in comptes.par_verdict if nombre),
        f"Clé de signature : {cle.algorithme}, empreinte {cle.empreinte}",
        f"  {_titulaire(cle)}",
        "",
        "Ce que contient ce dossier",
        *(f"  {nom:<26}{role}" for nom, role in _FICHIERS),
        "",
        "Le vérifier (avec le banc, hors réseau)",
        "  python -m reports verifier DOSSIER.zip --cle-attendue EMPREINTE   empreintes, signature, journal, accord",
        "  python -m steps relire DOSSIER.zip                                recalcule chaque verdict de la machine",
        "  python -m reports extraire DOSSIER.zip DIR                        remet chaque pièce à sa place",
        "L'empreinte de la clé doit vous venir de l'éditeur par un autre chemin que ce dossier.",
        "",
        "Le vérifier sans le banc",
        "  unzip DOSSIER.zip -d DIR && cd DIR && sha256sum -c empreintes.sha256",
        "  tar xf corps.tar.xz, puis : le sha256sum de chaque corps redonne son nom",
        "  xz -dc journal.jsonl.xz : l'empreinte d'une ligne est le SHA-256 de « precedent » suivi du JSON de",
        "  {donnees, horodatage, numero, type}, clés triées, sans espace, UTF-8",
        "Dans rapport.html, les liens vers corps/ et preuves/ s'ouvrent une fois le dossier extrait.",
    ]
    if manques:
        lignes += ["", f"Ce qui manque ({len(manques)})", *(f"  {ligne}" for ligne in en_lignes(manques))]
    texte = "\n".join(affichable(ligne) for ligne in lignes) + "\n"
    return texte.replace("\n", "\r\n").encode("utf-8", "replace")


def _explication(nature: Nature) -> list[str]:
    if nature is Nature.DEMONSTRATION:
        return ["Campagne menée sur le logiciel témoin du banc : elle ne prouve rien d'aucun produit."]
    return ["Scellé avant que la campagne soit complète ; la liste de ce qui manque est à la fin."]


def _titulaire(cle: CleDeSignature) -> str:
    if cle.ephemere:
        return "clé faite pour ce seul dossier : elle montre qu'il n'a pas changé, pas qui l'a scellé"
    if cle.certificats:
        return f"certificat : {affichable(nom_du(cle.certificats[0]))}"
    return "sans certificat : comparer l'empreinte à celle que l'éditeur vous a donnée"
