"""Rangement des pièces : un dossier par N° de preuve, empreinte, taille et type réel de chaque fichier."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from reports.fichiers import ecrire_atomique, ecrire_json
from reports.resultat import PieceJointe, PreuveProduite, ResultatScenario

RACINE = "preuves"

_NOM_LIMITE = 100
# Noms que Windows réserve à des périphériques, quelle que soit l'extension.
_RESERVES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
# Un numéro ordinaire : capitales, chiffres, « va1 », un « p » final (préconisation). Tout autre numéro reçoit
# un suffixe : deux numéros distincts ne doivent jamais tomber dans le même dossier, même sans casse (Windows, macOS).
_NUMERO_ORDINAIRE = re.compile(r"^(?:[A-Z0-9][A-Z0-9-]*(?:/va\d+)?[./])*(?:[A-Z0-9][A-Z0-9-]*|\d+p)$")

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"MSH|", "application/hl7-v2"),
)

# Deux champs au moins (RFC 5322, § 2.2), dont un que tout courriel porte.
_COURRIEL = re.compile(r"(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*){2}")
_ENTETE_DE_COURRIEL = re.compile(r"^(?:from|date|message-id|received|return-path):", re.IGNORECASE | re.MULTILINE)

_LIBELLES = {
    "application/pdf": "PDF",
    "image/png": "image PNG",
    "image/jpeg": "image JPEG",
    "image/gif": "image GIF",
    "image/webp": "image WebP",
    "video/mp4": "vidéo MP4",
    "video/webm": "vidéo WebM ou Matroska",
    "video/x-msvideo": "vidéo AVI",
    "application/zip": "archive ZIP",
    "application/gzip": "archive gzip",
    "application/vnd.sqlite3": "base SQLite",
    "application/x-ole-storage": "document bureautique ancien",
    "application/hl7-v2": "message HL7 v2",
    "message/rfc822": "courriel",
    "application/xml": "XML",
    "text/html": "page HTML",
    "application/json": "JSON",
    "text/plain": "texte",
    "application/octet-stream": "données binaires",
}


def type_reel(debut: bytes) -> str:
    """Le type d'un fichier d'après ses premiers octets ; l'extension, que n'importe qui choisit, ne compte pas."""
    for position, signature, type_mime in _SIGNATURES:
        if debut[position : position + len(signature)] == signature:
            return type_mime
    try:
        # Une coupure au milieu d'un caractère n'en fait pas un fichier binaire.
        texte = debut.decode("utf-8-sig", "strict" if len(debut) < 512 else "ignore")
    except UnicodeDecodeError:
        return "application/octet-stream"
    if not debut or "\x00" in texte:
        return "application/octet-stream"
    if _COURRIEL.match(texte) and _ENTETE_DE_COURRIEL.search(texte):
        return "message/rfc822"
    tete = texte.lstrip()[:256].lower()
    if tete.startswith(("<!doctype html", "<html")):
        return "text/html"
    if tete.startswith("<"):
        return "application/xml"
    return "application/json" if tete.startswith(("{", "[")) else "text/plain"


def libelle_type(type_mime: str) -> str:
    """Le type tel qu'une personne le lit."""
    return _LIBELLES.get(type_mime, type_mime)


def nom_de_dossier(preuve_id: str) -> str:
    """Le nom de dossier d'un N° de preuve : `/` devient `_`, valable sur tout système, distinct pour tout numéro."""
    if _NUMERO_ORDINAIRE.match(preuve_id) and len(preuve_id) <= 80 and not _RESERVES.match(preuve_id):
        return preuve_id.replace("/", "_")
    lisible = re.sub(r"[^A-Za-z0-9.-]+", "_", _sans_accent(preuve_id)).strip("._")[:60] or "sans-numero"
    if _RESERVES.match(lisible):
        lisible = f"_{lisible}"
    return f"{lisible}~{hashlib.sha256(preuve_id.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def nom_de_fichier(nom: str) -> str:
    """Un nom de fichier sans chemin, sans accent, sans caractère réservé, d'au plus 100 caractères."""
    seul = PurePosixPath(nom.replace("\\", "/")).name
    propre = re.sub(r"[^A-Za-z0-9._-]+", "_", _sans_accent(seul)).lstrip(".").rstrip("._") or "piece"
    if _RESERVES.match(propre):
        propre = f"_{propre}"
    if len(propre) > _NOM_LIMITE:
        base, extension = Path(propre).stem, Path(propre).suffix
        propre = base[: _NOM_LIMITE - len(extension[:12])] + extension[:12]
    return propre


def _sans_accent(texte: str) -> str:
    return unicodedata.normalize("NFKD", texte).encode("ascii", "ignore").decode()


def ranger_piece(
    dossier: Path, preuve_id: str, nom: str, contenu: bytes | Path, description: str = "", *, lier: bool = False
) -> PieceJointe:
    """Range un fichier sous `preuves/<N° preuve>/` et rend sa pièce jointe.

    `contenu` : les octets, ou le chemin d'un fichier qui est copié. `lier` demande un lien dur plutôt qu'une
    copie ; à réserver aux corps du journal, que rien ne modifie plus. Deux contenus différents sous un même nom
    (deux exigences partagent parfois un N° de preuve) donnent `nom-2.ext` ; un même contenu n'est rangé qu'une fois.
    """
    sha256, taille, debut = _mesurer(contenu)
    cible = _cible_libre(dossier / RACINE / nom_de_dossier(preuve_id), nom_de_fichier(nom), sha256)
    if not cible.exists():
        _deposer(contenu, cible, lier=lier)
    return PieceJointe(cible.relative_to(dossier).as_posix(), sha256, taille, type_reel(debut), description)


def _mesurer(contenu: bytes | Path) -> tuple[str, int, bytes]:
    if isinstance(contenu, bytes):
        return hashlib.sha256(contenu).hexdigest(), len(contenu), contenu[:512]
    with contenu.open("rb") as fichier:
        debut = fichier.read(512)
        fichier.seek(0)
        return hashlib.file_digest(fichier, "sha256").hexdigest(), contenu.stat().st_size, debut


def _cible_libre(repertoire: Path, nom: str, sha256: str) -> Path:
    base, extension = Path(nom).stem, Path(nom).suffix
    cible, rang = repertoire / nom, 1
    while cible.exists() and _mesurer(cible)[0] != sha256:
        rang += 1
        cible = repertoire / f"{base}-{rang}{extension}"
    return cible


def _deposer(contenu: bytes | Path, cible: Path, *, lier: bool) -> None:
    if isinstance(contenu, bytes):
        ecrire_atomique(cible, contenu)
        return
    cible.parent.mkdir(parents=True, exist_ok=True)
    if lier:
        try:
            os.link(contenu, cible)
        except OSError:
            # Autre volume, ou système de fichiers sans liens durs : une copie vaut autant.
            pass
        else:
            return
    provisoire = cible.with_name(f".{cible.name}.partiel")
    shutil.copyfile(contenu, provisoire)
    provisoire.replace(cible)


def copier(source: Path, repertoire: Path) -> Path:
    """Copie un fichier dans ce dossier, sous son nom ou le premier libre (`nom-2.ext`) ; rien n'y est écrasé."""
    cible = _cible_libre(repertoire, source.name, _mesurer(source)[0])
    if not cible.exists():
        _deposer(source, cible, lier=False)
    return cible


def controler_pieces(dossier: Path, pieces: Iterable[PieceJointe]) -> list[str]:
    """Compare les pièces annoncées aux fichiers présents ; rend les écarts en français, vide si tout concorde."""
    ecarts = []
    racine = dossier.resolve()
    for piece in pieces:
        chemin = (dossier / piece.chemin).resolve()
        if not chemin.is_relative_to(racine):
            ecarts.append(f"{piece.chemin} : chemin hors du dossier de campagne")
        elif not chemin.is_file():
            ecarts.append(f"{piece.chemin} : fichier absent")
        elif (sha256 := _mesurer(chemin)[0]) != piece.sha256:
            ecarts.append(f"{piece.chemin} : empreinte attendue {piece.sha256}, calculée {sha256}")
    return ecarts


def dossier_de(preuve: PreuveProduite) -> str:
    """Le dossier où sont les fichiers d'une preuve, relatif à la campagne ; vide si elle n'en a pas."""
    return PurePosixPath(preuve.fichiers[0].chemin).parent.as_posix() if preuve.fichiers else ""


def entree_d_index(resultat: ResultatScenario, preuve: PreuveProduite) -> dict[str, Any]:
    """Ce que l'index dit d'une preuve : son scénario, son état, ses fichiers."""
    return {
        "preuve": preuve.id,
        "repere": preuve.designation,
        "rem": resultat.rem,
        "exigence": resultat.exigence,
        "scenario": resultat.scenario,
        "verdict": resultat.verdict.value,
        "etat": preuve.etat.value,
        "dossier": dossier_de(preuve) or None,
        "fichiers": [piece.en_dict() for piece in preuve.fichiers],
    }


def ecrire_index(dossier: Path, resultats: Sequence[ResultatScenario]) -> list[Path]:
    """Écrit sous `preuves/` : `index.json` (preuve → scénario, état, fichiers) et `empreintes.sha256`."""
    entrees: list[dict[str, Any]] = []
    lignes: dict[str, str] = {}
    for resultat in resultats:
        for preuve in resultat.preuves:
            entrees.append(entree_d_index(resultat, preuve))
            for piece in preuve.fichiers:
                chemin = PurePosixPath(piece.chemin)
                # Un nom rangé par `ranger_piece` tient toujours sur une ligne ; un autre n'entre pas dans la liste.
                if chemin.parts[:1] == (RACINE,) and piece.chemin.isprintable():
                    lignes[chemin.relative_to(RACINE).as_posix()] = piece.sha256
    texte = "".join(f"{sha256}  {chemin}\n" for chemin, sha256 in sorted(lignes.items()))
    return [
        ecrire_json(dossier / RACINE / "index.json", {"preuves": entrees}),
        ecrire_atomique(dossier / RACINE / "empreintes.sha256", texte.encode()),
    ]
