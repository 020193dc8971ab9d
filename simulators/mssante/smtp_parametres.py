"""Arguments de MAIL et de RCPT : adresse et paramètres ESMTP, jugés selon leur RFC.

SIZE : RFC 1870. BODY : RFC 6152. RET, ENVID, NOTIFY, ORCPT : RFC 3461, section 4. AUTH : RFC 4954, section 5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from simulators.mssante import erreurs
from simulators.mssante.erreurs import ReponseSmtp

# Les caractères hors ASCII sont admis (domaines de la liste blanche) : des classes par exclusion, vite compilées.
_ATOME = r"[^\x00-\x20\x7f\"(),.:;<>@\[\\\]]+"
_LOCAL = rf'(?:{_ATOME}(?:\.{_ATOME})*|"(?:[^"\\\r\n]|\\.)*")'
_LETTRE = r"[^\x00-,./:-@\[-`{-\x7f]"
_DOMAINE = rf"(?:(?!-){_LETTRE}+(?<!-)(?:\.(?!-){_LETTRE}+(?<!-))*|\[[^\]\s]+\])"
_CHEMIN = re.compile(rf"[ \t]*<(?:@[^:>]*:)?({_LOCAL}@{_DOMAINE})?>(?:[ \t]+(.*))?\Z")
_XTEXTE = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})*\Z")
_ENCODE = re.compile(r"\+([0-9A-F]{2})")
_LOCAL_MAX = 64


class ArgumentsRefuses(ValueError):
    """Arguments mal formés ; `reponse` est à envoyer."""

    def __init__(self, reponse: ReponseSmtp) -> None:
        super().__init__(reponse.lignes[0])
        self.reponse = reponse


@dataclass(frozen=True)
class Chemin:
    """Adresse d'enveloppe (vide pour `<>`) et paramètres : nom en capitales → valeur, None sans valeur."""

    adresse: str
    texte_parametres: str = ""
    parametres: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class ParametresMail:
    """Paramètres de MAIL compris."""

    taille: int | None = None
    corps: str = ""
    ret: str = ""
    envid: str = ""


@dataclass(frozen=True)
class ParametresRcpt:
    """Paramètres de RCPT compris."""

    notify: tuple[str, ...] = ()
    orcpt: str = ""


def lire_chemin(arguments: str, mot: str) -> Chemin:
    """Lit `FROM:<adresse> paramètres` ; `mot` vaut FROM ou TO."""
    attendu = erreurs.syntaxe("MAIL FROM:<address>" if mot == "FROM" else "RCPT TO:<address>")
    tete, deux_points, suite = arguments.partition(":")
    if not deux_points or tete.strip().upper() != mot:
        raise ArgumentsRefuses(attendu)
    lu = _CHEMIN.match(suite)
    if lu is None:
        raise ArgumentsRefuses(erreurs.adresse_illisible() if "<" in suite else attendu)
    adresse = lu[1] or ""
    if len(adresse.rpartition("@")[0].encode()) > _LOCAL_MAX or (mot == "TO" and not adresse):
        raise ArgumentsRefuses(erreurs.adresse_illisible())
    texte = (lu[2] or "").strip()
    parametres: dict[str, str | None] = {}
    for morceau in texte.split():
        nom, signe, valeur = morceau.partition("=")
        if not nom.replace("-", "").isalnum() or (signe and not valeur) or nom.upper() in parametres:
            raise ArgumentsRefuses(erreurs.parametre_faux(nom))
        parametres[nom.upper()] = valeur if signe else None
    return Chemin(adresse, texte, parametres)


def parametres_mail(chemin: Chemin, *, dsn: bool) -> ParametresMail:
    """Paramètres de MAIL ; `dsn` : l'extension est annoncée sur cette connexion."""
    taille: int | None = None
    corps = ret = envid = ""
    for nom, valeur in chemin.parametres.items():
        texte = valeur or ""
        if nom == "SIZE":
            _exiger(texte.isascii() and texte.isdigit() and len(texte) <= 20, nom)
            taille = int(texte)
        elif nom == "BODY":
            corps = texte.upper()
            _exiger(corps in ("7BIT", "8BITMIME"), nom)
        elif nom == "RET" and dsn:
            ret = texte.upper()
            _exiger(ret in ("FULL", "HDRS"), nom)
        elif nom == "ENVID" and dsn:
            _exiger(bool(texte) and len(texte) <= 100, nom)
            envid = xtexte(texte, nom)
        elif nom == "AUTH":
            _exiger(bool(texte), nom)
            xtexte(texte, nom)
        else:
            raise ArgumentsRefuses(erreurs.parametre_inconnu(nom))
    return ParametresMail(taille, corps, ret, envid)


def parametres_rcpt(chemin: Chemin, *, dsn: bool) -> ParametresRcpt:
    """Paramètres de RCPT."""
    notify: tuple[str, ...] = ()
    orcpt = ""
    for nom, valeur in chemin.parametres.items():
        texte = valeur or ""
        if nom == "NOTIFY" and dsn:
            notify = tuple(texte.upper().split(","))
            connus = set(notify) <= {"SUCCESS", "FAILURE", "DELAY"} and len(set(notify)) == len(notify)
            _exiger(notify == ("NEVER",) or connus, nom)
        elif nom == "ORCPT" and dsn:
            sorte, separateur, adresse = texte.partition(";")
            _exiger(bool(separateur and adresse) and sorte.replace("-", "").isalnum() and len(texte) <= 500, nom)
            orcpt = f"{sorte};{xtexte(adresse, nom)}"
        else:
            raise ArgumentsRefuses(erreurs.parametre_inconnu(nom))
    return ParametresRcpt(notify, orcpt)


def xtexte(texte: str, nom: str) -> str:
    """Décode un xtext (RFC 3461, section 4) : ASCII imprimable, `+XX` pour le reste."""
    _exiger(_XTEXTE.match(texte) is not None, nom)
    return _ENCODE.sub(lambda lu: chr(int(lu[1], 16)), texte)


def _exiger(condition: bool, nom: str) -> None:
    if not condition:
        raise ArgumentsRefuses(erreurs.parametre_faux(nom))
