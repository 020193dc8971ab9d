"""L'objet d'un courriel qui porte un document de santé : préfixe, libellé, NOM, prénom, date de naissance."""

from __future__ import annotations

import re
import unicodedata

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.modele import EnTeteCda
from steps.verifications.mssante.contenus import nom_de_naissance, premier_prenom
from steps.verifications.mssante.contexte import ContexteCourriel
from steps.verifications.mssante.courriel_lecture import Courriel
from steps.verifications.registre import verification

PREFIXE = "XDM/1.0/DDM+"
LIBELLE_MAX = 40
_CONF_25 = "REM BIO, exigence MSS/CONF.25 ; MSSanté référentiel #2, ECO.2.1.3"
_ECO = "MSSanté référentiel #2, ECO.2.1.3 (remplissage), vu à travers la documentation publique d'un éditeur"
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})
_MOTS_DU_NOM_MAX = 20
_DATE = re.compile(r"\s(\d{2}/\d{2}/\d{4})$")
_AUTRE_DATE = re.compile(r"\s(\d{8}|\d{1,4}[-./ ]\d{1,2}[-./ ]\d{1,4})$")

FORME = Regle(
    "MSS-OBJ-01", f"L'objet commence par {PREFIXE}", _CONF_25, Confiance.OFFICIELLE,
    f"Commencer l'objet par {PREFIXE}, sans rien avant, quand le courriel porte une archive de documents.",
)  # fmt: skip
PATIENT = Regle(
    "MSS-OBJ-02", "L'objet nomme le patient des documents : NOM, prénom, puis s'il y a lieu date de naissance",
    _CONF_25, Confiance.OFFICIELLE,
    "Finir l'objet par le nom de naissance, le prénom et, si elle est écrite, la date de naissance du CDA.",
)  # fmt: skip
LIBELLE = Regle(
    "MSS-OBJ-03", f"Le libellé est celui du type du document, coupé à {LIBELLE_MAX} caractères, ou « N documents »",
    _ECO, Confiance.SECONDAIRE,
    "Écrire après le préfixe le libellé du code du CDA (40 caractères au plus), ou « N documents » s'il y en a N.",
)  # fmt: skip
ECRITURE = Regle(
    "MSS-OBJ-04", "Le nom est en capitales sans accents, le prénom sans accents, la date JJ/MM/AAAA", _ECO,
    Confiance.SECONDAIRE, "Écrire DURAND-ETE Anne 31/12/1990 : nom en capitales, rien d'accentué, date à barres.",
)  # fmt: skip


@verification(FORME, PATIENT, LIBELLE, ECRITURE)
def objet(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """L'objet reconstruit du CDA ; rien si aucun CDA n'est archivé."""
    cdas, echanges = courriel.contenus.entetes, contexte.echanges
    if not courriel.contenus.echanges:
        return []
    entete = courriel.entete("Subject")
    ou = entete.ou if entete is not None else "en-tête Subject"
    recu = courriel.objet
    if not recu.startswith(PREFIXE):
        return [
            FORME.enfreinte("L'objet n'a pas le préfixe des documents de santé.", attendu=f"{PREFIXE}…",
                            recu=recu or "rien", ou=ou, echanges=echanges)
        ]  # fmt: skip
    constats = [FORME.respectee(recu=recu, ou=ou, echanges=echanges)]
    if not cdas:
        return [*constats, PATIENT.sans_objet("aucun CDA lisible auquel comparer l'objet", echanges=echanges)]
    return constats + _reste(recu.removeprefix(PREFIXE), cdas, len(courriel.contenus.cdas), ou, echanges)


def objet_attendu(cdas: tuple[EnTeteCda, ...], nombre: int = 0) -> str:
    """L'objet que ces CDA demandent, date comprise ; le libellé manque si le code n'en a pas."""
    cda = cdas[0]
    libelle = _libelle(cdas, nombre or len(cdas))
    nom, prenom = comparable(nom_de_naissance(cda)), _sans_accents(premier_prenom(cda))
    return f"{PREFIXE}{libelle} {nom} {prenom} {_date(cda)}".rstrip()


def _libelle(cdas: tuple[EnTeteCda, ...], nombre: int) -> str:
    if nombre > 1:
        return f"{nombre} documents"
    code = cdas[0].code
    return " ".join(code.libelle[:LIBELLE_MAX].split()) if code is not None else ""


def _date(cda: EnTeteCda) -> str:
    naissance = cda.patient.naissance
    return f"{naissance[6:8]}/{naissance[4:6]}/{naissance[:4]}" if re.match(r"\d{8}", naissance) else ""


def _sans_accents(texte: str) -> str:
    """Le texte sans diacritique, casse gardée."""
    decompose = unicodedata.normalize("NFD", texte.translate(_LIGATURES))
    return "".join(c for c in decompose if not unicodedata.combining(c))


def _reste(reste: str, cdas: tuple[EnTeteCda, ...], nombre: int, ou: str, echanges: tuple[int, ...]) -> list[Constat]:
    """Juge ce qui suit le préfixe."""
    cda, attendu = cdas[0], objet_attendu(cdas, nombre)
    nom, prenom = nom_de_naissance(cda), premier_prenom(cda)
    texte = " ".join(reste.split())
    date = _DATE.search(texte) or _AUTRE_DATE.search(texte)
    avant = texte[: date.start()] if date else texte
    if not (nom and prenom):
        return [PATIENT.sans_objet("le CDA ne porte pas le nom et le prénom du patient", echanges=echanges)]
    identite = _decouper(avant, nom, prenom)
    faute = ""
    if identite is None:
        faute = "L'objet ne nomme pas le patient du CDA."
    elif date and _date(cda) and _chiffres(date[1]) not in (_chiffres(_date(cda)), cda.patient.naissance[:8]):
        faute = "La date de l'objet n'est pas la date de naissance du CDA."
    if faute or identite is None:
        return [PATIENT.enfreinte(faute, attendu=attendu, recu=PREFIXE + reste, ou=ou, echanges=echanges)]
    constats = [PATIENT.respectee(recu=texte, ou=ou, echanges=echanges)]
    libelle, nom_ecrit, prenom_ecrit = identite
    voulu = _libelle(cdas, nombre)
    if voulu:
        constats.append(
            juger(
                LIBELLE, _meme_libelle(libelle, voulu), "Le libellé de l'objet n'est pas celui du type des documents.",
                attendu=voulu, recu=libelle or "rien", ou=ou, echanges=echanges,
            )
        )  # fmt: skip
    ecarts = [f"nom « {nom_ecrit} »"] if nom_ecrit != nom_ecrit.upper() or not nom_ecrit.isascii() else []
    ecarts += [f"prénom « {prenom_ecrit} »"] if not prenom_ecrit.isascii() else []
    ecarts += [f"date « {date[1]} »"] if date and not _DATE.search(texte) else []
    constats.append(
        juger(
            ECRITURE, not ecarts, "Le patient n'est pas écrit comme l'objet le demande.", attendu=attendu,
            recu=", ".join(ecarts) or texte, ou=ou, echanges=echanges,
        )
    )  # fmt: skip
    return constats


def _decouper(texte: str, nom: str, prenom: str) -> tuple[str, str, str] | None:
    """(libellé, nom, prénom) si le texte finit par le nom et le prénom, traits d'union et apostrophes libres."""
    mots = texte.split(" ")
    voulu_nom, voulu_prenom = _lettres(nom), _lettres(prenom)
    bas = max(0, len(mots) - _MOTS_DU_NOM_MAX)
    for debut_prenom in range(len(mots) - 1, bas, -1):
        if _lettres(" ".join(mots[debut_prenom:])) != voulu_prenom:
            continue
        for debut_nom in range(debut_prenom - 1, bas - 1, -1):
            if _lettres(" ".join(mots[debut_nom:debut_prenom])) == voulu_nom:
                ecrits = " ".join(mots[debut_nom:debut_prenom]), " ".join(mots[debut_prenom:])
                return " ".join(mots[:debut_nom]), *ecrits
        return None
    return None


def _lettres(texte: str) -> str:
    return "".join(c for c in comparable(texte) if c.isalnum())


def _chiffres(texte: str) -> str:
    return "".join(c for c in texte if c.isdigit())


def _meme_libelle(recu: str, voulu: str) -> bool:
    return _lettres(recu) == _lettres(voulu)
