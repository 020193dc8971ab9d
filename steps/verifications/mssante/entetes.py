"""Les en-têtes d'un courriel : présence, nombre, date, Message-ID, adresses, copies cachées."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as jour_civil

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.mssante.contexte import ContexteCourriel
from steps.verifications.mssante.courriel_lecture import Courriel
from steps.verifications.mssante.jetons import decouper
from steps.verifications.registre import verification

_RFC = "RFC 5322"
_VA1_12 = "REM BIO, exigence MSS/va1.12 ; MSSanté référentiel #2, ECO.2.2.1 ; RFC 5322, § 3.6.4"
UNE_FOIS_AU_PLUS = (
    "Date", "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Subject", "Message-ID", "In-Reply-To", "References",
    "MIME-Version", "Disposition-Notification-To", "Return-Receipt-To",
)  # fmt: skip
D_ADRESSES = ("From", "Sender", "Reply-To", "To", "Cc", "Disposition-Notification-To", "Return-Receipt-To")
_ATOMES = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_POINTS = rf"{_ATOMES}(?:\.{_ATOMES})*"
_ID = re.compile(rf"<(?:{_POINTS})@(?:{_POINTS}|\[[!-Z^-~]*\])>")
_JOURS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOIS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    rf"(?:({'|'.join(_JOURS)}) ?, ?)?(\d{{1,2}}) ({'|'.join(_MOIS)}) (\d{{4,}}) "
    r"(\d\d) ?: ?(\d\d)(?: ?: ?(\d\d))? ([+-]\d{4}|[a-z]{1,5})",
    re.IGNORECASE,
)

OBLIGATOIRES = Regle(
    "MSS-ENT-01", "From et Date sont là", f"{_RFC}, § 3.6", Confiance.DOCUMENTEE,
    "Écrire From et Date dans tout courriel.",
)  # fmt: skip
UNIQUES = Regle(
    "MSS-ENT-02", "Aucun en-tête unique n'est répété", f"{_RFC}, § 3.6 ; RFC 8098, § 2.1", Confiance.DOCUMENTEE,
    "N'écrire chacun de ces en-têtes qu'une fois ; plusieurs destinataires se séparent par des virgules.",
)  # fmt: skip
COMPLETS = Regle(
    "MSS-ENT-03", "Le message a un destinataire et un objet",
    "Déduction du banc : l'étape « objet renseigné » de MSS/va1.16.01, et un destinataire à afficher",
    Confiance.DEDUITE, "Écrire To et Subject.",
)  # fmt: skip
MESSAGE_ID = Regle(
    "MSS-ENT-04", "Message-ID est là et a sa forme", _VA1_12, Confiance.OFFICIELLE,
    "Écrire un Message-ID neuf dans chaque courriel : <partie unique@domaine>.",
)  # fmt: skip
IDS_DISTINCTS = Regle(
    "MSS-ENT-05", "Un Message-ID ne sert qu'à un message", _VA1_12, Confiance.OFFICIELLE,
    "Tirer un Message-ID neuf pour chaque message ; le garder seulement pour renvoyer les mêmes octets.",
)  # fmt: skip
DATE = Regle(
    "MSS-ENT-06", "Date a la forme de la RFC 5322 et existe", f"{_RFC}, § 3.3", Confiance.DOCUMENTEE,
    "Écrire par exemple Fri, 20 Nov 2026 10:15:30 +0100.",
)  # fmt: skip
ADRESSES = Regle(
    "MSS-ENT-07", "Les adresses des en-têtes sont bien formées", f"{_RFC}, § 3.4", Confiance.DOCUMENTEE,
    "Écrire libellé <locale@domaine>, un libellé à ponctuation entre guillemets, des virgules entre deux adresses.",
)  # fmt: skip
BCC = Regle(
    "MSS-ENT-08", "Les copies cachées ne paraissent pas dans les en-têtes",
    f"{_RFC}, § 3.6.3 ; déduction du banc : rien ne dit que l'opérateur ôtera l'en-tête", Confiance.DEDUITE,
    "Ôter Bcc du message avant de l'envoyer ; l'enveloppe suffit.",
)  # fmt: skip


@verification(OBLIGATOIRES, UNIQUES, COMPLETS)
def presence(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Ce qui doit être là, et ce qui ne doit pas être répété."""
    absents = [nom for nom in ("From", "Date") if not courriel.valeur(nom)]
    doubles = [nom for nom in UNE_FOIS_AU_PLUS if len(courriel.tous(nom)) > 1]
    manques = ["destinataire (To)"] if not courriel.destinataires and not _groupe(courriel) else []
    manques += ["objet (Subject)"] if not courriel.objet.strip() else []
    vus = ", ".join(entete.nom for entete in courriel.racine.entetes[:30])
    return [
        juger(
            OBLIGATOIRES, not absents, "Un en-tête obligatoire manque.", attendu="From et Date",
            recu=f"sans {', '.join(absents)}" if absents else vus, ou="en-têtes", echanges=contexte.echanges,
        ),
        juger(
            UNIQUES, not doubles, "Un en-tête qui doit être unique est répété.", attendu="une fois chacun",
            recu=", ".join(f"{nom} {len(courriel.tous(nom))} fois" for nom in doubles) or vus,
            ou=courriel.tous(doubles[0])[1].ou if doubles else "en-têtes", echanges=contexte.echanges,
        ),
        juger(
            COMPLETS, not manques, "Le message n'a pas de destinataire ou pas d'objet.", attendu="To et Subject",
            recu=f"sans {', '.join(manques)}" if manques else courriel.objet[:80], ou="en-têtes",
            echanges=contexte.echanges,
        ),
    ]  # fmt: skip


def _groupe(courriel: Courriel) -> bool:
    """Un groupe vide (`undisclosed-recipients:;`) tient lieu de destinataire."""
    return any(entete.valeur.rstrip().endswith(";") for entete in courriel.tous("To"))


def identifiant(courriel: Courriel) -> str:
    """Le Message-ID avec ses chevrons, blancs et commentaires ôtés ; vide s'il manque ou est mal formé."""
    lus = identifiants(courriel.valeur("Message-ID"))
    return lus[0] if lus is not None and len(lus) == 1 else ""


def identifiants(valeur: str) -> list[str] | None:
    """Les identifiants d'une liste (In-Reply-To, References) ; None si autre chose s'y trouve."""
    jetons, defauts = decouper(valeur)
    texte = "".join(" " if j.genre in ("blanc", "commentaire") else j.texte for j in jetons)
    lus = _ID.findall(texte)
    return lus if not defauts and not _ID.sub("", texte).strip() else None


@verification(MESSAGE_ID)
def message_id(courriel: Courriel, contexte: ContexteCourriel) -> Constat:
    """Message-ID est présent et bien formé."""
    entete = courriel.entete("Message-ID")
    valeur = entete.valeur if entete is not None else ""
    return juger(
        MESSAGE_ID, bool(identifiant(courriel)),
        "Message-ID n'a pas la forme attendue." if valeur else "Message-ID manque.",
        attendu="<partie gauche@domaine>, sans espace", recu=valeur or "rien",
        ou=entete.ou if entete is not None else "en-tête Message-ID", echanges=contexte.echanges,
    )  # fmt: skip


@verification(IDS_DISTINCTS)
def message_ids_distincts(courriels: Iterable[Courriel], echanges: tuple[int, ...] = ()) -> Constat:
    """Deux messages différents d'une campagne ont deux Message-ID ; renvoyer les mêmes octets est admis."""
    vus: dict[str, bytes] = {}
    doubles: list[str] = []
    sans = 0
    for courriel in courriels:
        lu = identifiant(courriel)
        if not lu:
            sans += 1
        elif vus.setdefault(lu, courriel.octets) != courriel.octets:
            doubles.append(lu)
    if not vus:
        return IDS_DISTINCTS.sans_objet(f"aucun Message-ID à comparer ({sans} message(s) sans)", echanges=echanges)
    return juger(
        IDS_DISTINCTS, not doubles, "Deux messages différents ont le même Message-ID.", attendu="un par message",
        recu=", ".join(dict.fromkeys(doubles)) or f"{len(vus)} distincts", ou="en-tête Message-ID", echanges=echanges,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DateLue:
    """Ce que dit Date : la faute, ou la remarque."""

    faute: str = ""
    remarque: str = ""


def lire_date(valeur: str) -> DateLue:
    """Juge la forme de la RFC 5322 : jour facultatif mais juste, date qui existe, décalage en chiffres."""
    jetons, _ = decouper(valeur)
    texte = " ".join("".join(" " if j.genre in ("blanc", "commentaire") else j.texte for j in jetons).split())
    trouve = _DATE.fullmatch(texte)
    if trouve is None:
        return DateLue("forme inattendue")
    nom, numero, mois, annee, heure, minute, seconde, zone = trouve.groups()
    rang, an = _MOIS.index(mois.lower()) + 1, int(annee[:9])
    if not 1900 <= an <= 9999 or not 1 <= int(numero) <= calendar.monthrange(an, rang)[1]:
        return DateLue("ce jour n'existe pas")
    if int(heure) > 23 or int(minute) > 59 or int(seconde or 0) > 60:
        return DateLue("cette heure n'existe pas")
    if zone[0] in "+-" and int(zone[3:]) > 59:
        return DateLue("ce décalage n'existe pas")
    if nom and jour_civil(an, rang, int(numero)).weekday() != _JOURS.index(nom.lower()):
        return DateLue(f"le {numero} {mois} {an} n'est pas ce jour de la semaine")
    return DateLue(remarque="" if zone[0] in "+-" else f"fuseau « {zone} », d'une forme que la RFC a abandonnée")


@verification(DATE)
def date(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Date est bien formée ; rien si elle est absente, ce que dit une autre règle."""
    entete = courriel.entete("Date")
    if entete is None or not entete.valeur:
        return []
    lue = lire_date(entete.valeur)
    if lue.remarque:
        return [
            DATE.signalee(
                "Date emploie un fuseau en lettres.", attendu="+0100", recu=entete.valeur[:100], ou=entete.ou,
                echanges=contexte.echanges,
            )
        ]  # fmt: skip
    return [
        juger(
            DATE, not lue.faute, f"Date n'est pas une date de la RFC 5322 : {lue.faute}.",
            attendu="Fri, 20 Nov 2026 10:15:30 +0100", recu=entete.valeur[:200], ou=entete.ou,
            echanges=contexte.echanges,
        )
    ]  # fmt: skip


@verification(ADRESSES)
def adresses_formees(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Les adresses de From, Sender, Reply-To, To, Cc et des demandes d'accusés se lisent."""
    fautes, vues = [], 0
    for entete in (e for nom in D_ADRESSES for e in courriel.tous(nom)):
        adresses, defauts = entete.boites
        vues += len(adresses)
        fautes += [(entete.ou, defaut) for defaut in defauts]
        fautes += [(entete.ou, d) for a in adresses for d in a.defauts if "adresse" in d]
        if not adresses and entete.nom.lower() != "to":
            fautes.append((entete.ou, "aucune adresse"))
    if not fautes and not vues:
        return []
    return [
        juger(
            ADRESSES, not fautes, "Une adresse d'en-tête est mal formée.", attendu="locale@domaine",
            recu=" ; ".join(f"{ou} : {faute}" for ou, faute in fautes[:5]) or f"{vues} adresse(s)",
            ou=fautes[0][0] if fautes else "en-têtes", echanges=contexte.echanges,
        )
    ]  # fmt: skip


@verification(BCC)
def copies_cachees(courriel: Courriel, contexte: ContexteCourriel) -> Constat:
    """Aucune adresse dans Bcc (un Bcc vide est admis par la RFC)."""
    bcc = [adresse.adresse for adresse in courriel.adresses("Bcc")]
    entete = courriel.entete("Bcc")
    return juger(
        BCC, not bcc, "Des copies cachées se lisent dans les en-têtes.", attendu="pas de Bcc",
        recu=", ".join(bcc[:5]) or "aucune adresse dans Bcc", ou=entete.ou if entete is not None else "en-têtes",
        echanges=contexte.echanges,
    )  # fmt: skip
