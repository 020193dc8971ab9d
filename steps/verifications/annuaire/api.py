"""Règles sur l'emploi de l'API FHIR de l'annuaire : clé, pages, débit, reprises, encodage."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, timedelta
from urllib.parse import urlsplit

from reports.constat import Confiance, Constat, Regle
from simulators.annuaire.erreurs import RefusFhir
from simulators.annuaire.recherche.criteres import PREFIXES, intervalle
from simulators.socle.echange import Echange
from steps.jugements.marque import rejouable
from steps.verifications.annuaire.contexte import GUIDE
from steps.verifications.annuaire.lecture import appels, chaines_brutes, chemin, page_promise, parametres, ressources
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

QUOTA = 17
_FENETRE = timedelta(seconds=0.95)
"""Un peu moins d'une seconde : l'heure d'arrivée tremble, un logiciel à 17 appels par seconde n'est pas en faute."""
DELTA_MAX = timedelta(days=30)
_EN_TETE = "ESANTE-API-KEY"

CLE = Regle(
    "ANN-API-01", "La clé d'API accompagne chaque appel", GUIDE.format("bases de l'API, en-têtes"),
    Confiance.DOCUMENTEE, "Envoyez l'en-tête ESANTE-API-KEY sur toute requête, pages suivantes comprises.",
)  # fmt: skip
PAGES = Regle(
    "ANN-API-02", "Les pages suivantes sont demandées par l'adresse que l'annuaire donne",
    GUIDE.format("types d'appels, lien next"), Confiance.DOCUMENTEE,
    "Appelez l'adresse du lien next telle quelle ; ne construisez pas de décalage.",
)  # fmt: skip
DEBIT = Regle(
    "ANN-API-03", "Pas plus de 17 appels par seconde", GUIDE.format("quota d'une application"), Confiance.DOCUMENTEE,
    "Groupez les demandes et limitez le débit de l'ensemble des postes.",
)  # fmt: skip
RECUL = Regle(
    "ANN-API-04", "Après un refus pour excès, les appels attendent le délai demandé",
    "RFC 6585 § 4 et RFC 9110 § 10.2.3, appliquées à l'API", Confiance.DEDUITE,
    "Attendez Retry-After (une seconde à défaut) avant de rappeler.",
)  # fmt: skip
DELTA = Regle(
    "ANN-API-05", "Un rattrapage par date ne remonte pas au-delà de 30 jours",
    GUIDE.format("types d'appels, appels delta"), Confiance.DOCUMENTEE,
    "Au-delà de 30 jours, refaites une synchronisation complète.",
)  # fmt: skip
ENCODAGE = Regle(
    "ANN-API-06", "Les critères sont encodés, une seule fois et en UTF-8",
    "RFC 3986 § 2.1 et 2.5 ; HL7 FHIR R4, search",
    Confiance.DOCUMENTEE, "Encodez chaque valeur une fois, en UTF-8 (%C3%A9 pour é).",
)  # fmt: skip
IDENTIFIANTS = Regle(
    "ANN-API-07", "Aucun identifiant technique d'une édition passée n'est employé",
    GUIDE.format("nouveautés de la version 2"), Confiance.DEDUITE,
    "Gardez le RPPS ou le FINESS (identifier) ; relisez l'identifiant technique à chaque recherche.",
)  # fmt: skip
METHODES = Regle(
    "ANN-API-08", "L'API est lue par GET, ou par POST sur _search", GUIDE.format("bases de l'API, méthodes HTTP"),
    Confiance.DOCUMENTEE, "N'employez que GET, et POST sur <Type>/_search pour une longue recherche.",
)  # fmt: skip


@rejouable
def verifier_appels(echanges: Sequence[Echange]) -> list[Constat]:
    """Toutes les règles qui s'appliquent à ces appels ; aucune si l'API n'a pas été appelée."""
    vus = appels(echanges)
    if not vus:
        return []
    constats = [cle_envoyee(vus), methodes_admises(vus), debit_tenu(vus), criteres_encodes(vus), pages_suivies(vus)]
    if any(_refus_pour_exces(e) for e in vus):
        constats.append(recul_apres_refus(vus))
    if any(nom == "_lastUpdated" for e in vus for nom, _ in parametres(e)):
        constats.append(delta_borne(vus))
    if any(_techniques(e) for e in vus):
        constats.append(identifiants_du_moment(vus))
    return constats


def _numeros(echanges: Sequence[Echange]) -> tuple[int, ...]:
    return tuple(e.numero for e in echanges)


@verification(CLE)
def cle_envoyee(echanges: Sequence[Echange]) -> Constat:
    """Chaque appel porte la clé, et l'annuaire la connaît."""
    vus = appels(echanges)
    if not vus:
        return CLE.sans_objet("aucun appel à l'API observé")
    sans = [e for e in vus if not e.requete.entete(_EN_TETE)]
    refusees = [e for e in vus if e.reponse is not None and e.reponse.statut == 403 and e.panne is None]
    fautifs = sans or refusees
    recu = f"clé sur les {len(vus)} appel(s)"
    if fautifs:
        recu = f"{'clé absente' if sans else 'clé inconnue'} : {fautifs[0].requete.cible[:80]}"
    return juger(
        CLE, not fautifs, f"{len(fautifs)} appel(s) sur {len(vus)} sans clé admise",
        attendu="en-tête ESANTE-API-KEY, clé connue", recu=recu, ou=f"requête n° {(fautifs or vus)[0].numero}",
        echanges=_numeros(fautifs or vus),
    )  # fmt: skip


@verification(METHODES)
def methodes_admises(echanges: Sequence[Echange]) -> Constat:
    """GET ou HEAD, ou POST sur `_search`."""
    vus = appels(echanges)
    if not vus:
        return METHODES.sans_objet("aucun appel à l'API observé")
    fautifs = [e for e in vus if not _admise(e)]
    premier = (fautifs or vus)[0]
    return juger(
        METHODES, not fautifs, f"méthode interdite sur l'API : {premier.requete.methode}",
        attendu="GET, ou POST sur <Type>/_search", recu=f"{premier.requete.methode} {premier.requete.cible[:80]}",
        ou=f"requête n° {premier.numero}", echanges=_numeros(fautifs or vus),
    )  # fmt: skip


def _admise(echange: Echange) -> bool:
    if echange.requete.methode == "POST":
        return chemin(echange)[-1:] == ["_search"]
    return echange.requete.methode in ("GET", "HEAD")


@verification(PAGES)
def pages_suivies(echanges: Sequence[Echange]) -> Constat:
    """Toute demande de page reprend une adresse promise par une réponse d'avant."""
    promises: set[str] = set()
    demandes: list[Echange] = []
    fautives: list[Echange] = []
    vus = appels(echanges)
    if not vus:
        return PAGES.sans_objet("aucun appel à l'API observé")
    for echange in vus:
        if _demande_une_page(echange):
            demandes.append(echange)
            if _sans_hote(echange.requete.cible) not in promises:
                fautives.append(echange)
        promise = page_promise(echange)
        if promise:
            promises.add(_sans_hote(promise))
    premier = (fautives or demandes or vus)[0]
    return juger(
        PAGES, not fautives, "une page a été demandée autrement que par le lien donné",
        attendu="l'adresse du lien next d'une réponse précédente",
        recu=premier.requete.cible[:120] if fautives else f"{len(demandes)} page(s) demandée(s) par leur lien",
        ou=f"requête n° {premier.numero}", echanges=_numeros(fautives or demandes or vus),
    )  # fmt: skip


def _demande_une_page(echange: Echange) -> bool:
    noms = {nom.lower() for nom, _ in parametres(echange)}
    return chemin(echange)[:1] == ["_page"] or bool(noms & {"_offset", "_page", "page", "_getpages", "_getpagesoffset"})


def _sans_hote(adresse: str) -> str:
    decoupee = urlsplit(adresse)
    return f"{decoupee.path}?{decoupee.query}"


@verification(DEBIT)
def debit_tenu(echanges: Sequence[Echange]) -> Constat:
    """Jamais plus de 17 appels dans une même seconde."""
    vus = sorted(appels(echanges), key=lambda e: e.debut)
    if not vus:
        return DEBIT.sans_objet("aucun appel à l'API observé")
    pire: list[Echange] = []
    debut = 0
    for fin, echange in enumerate(vus):
        while echange.debut - vus[debut].debut >= _FENETRE:
            debut += 1
        if fin - debut + 1 > len(pire):
            pire = vus[debut : fin + 1]
    return juger(
        DEBIT, len(pire) <= QUOTA, f"{len(pire)} appels en moins d'une seconde",
        attendu=f"au plus {QUOTA} appels par seconde",
        recu=f"au plus {len(pire)} appels en une seconde, {len(vus)} en tout",
        ou=f"à partir de la requête n° {pire[0].numero}", echanges=_numeros(pire),
    )  # fmt: skip


def _refus_pour_exces(echange: Echange) -> bool:
    return echange.reponse is not None and echange.reponse.statut == 429


@verification(RECUL)
def recul_apres_refus(echanges: Sequence[Echange]) -> Constat:
    """Aucun appel ne part avant la fin du délai demandé ; ceux qui étaient déjà partis ne comptent pas."""
    vus = sorted(appels(echanges), key=lambda e: e.debut)
    refus = [e for e in vus if _refus_pour_exces(e)]
    if not refus:
        return RECUL.sans_objet("aucun refus pour excès observé")
    for refuse in refus:
        delai = _delai(refuse)
        hatifs = [e for e in vus if refuse.fin < e.debut < refuse.fin + delai * 0.9]
        if hatifs:
            ecart = (hatifs[0].debut - refuse.fin).total_seconds()
            return RECUL.enfreinte(
                "un appel est parti avant la fin du délai demandé", attendu=f"attendre {delai.total_seconds():.0f} s",
                recu=f"appel {ecart:.2f} s après le refus", ou=f"requête n° {hatifs[0].numero}",
                echanges=(refuse.numero, hatifs[0].numero),
            )  # fmt: skip
    return RECUL.respectee(recu=f"{len(refus)} refus, délais tenus", ou="appels à l'API", echanges=_numeros(refus))


def _delai(echange: Echange) -> timedelta:
    texte = (echange.reponse.entete("Retry-After") if echange.reponse else None) or "1"
    return timedelta(seconds=int(texte) if texte.isdecimal() else 1)


@verification(DELTA)
def delta_borne(echanges: Sequence[Echange]) -> Constat:
    """La borne basse d'un `_lastUpdated` a moins de 30 jours ; au-delà, une personne juge."""
    vus = [(e, valeur) for e in appels(echanges) for nom, valeur in parametres(e) if nom == "_lastUpdated"]
    bornes = [(e, valeur) for e, valeur in vus if valeur[:2] in ("ge", "gt", "sa")]
    if not bornes:
        return DELTA.sans_objet("aucun rattrapage par date observé")
    trop_loin = [(e, valeur) for e, valeur in bornes if _age(e, valeur) > DELTA_MAX + timedelta(days=1)]
    if not trop_loin:
        return DELTA.respectee(
            recu=bornes[0][1], ou=f"requête n° {bornes[0][0].numero}", echanges=(bornes[0][0].numero,)
        )
    echange, valeur = trop_loin[0]
    return DELTA.a_regarder(
        "un rattrapage remonte à plus de 30 jours : l'annuaire ne garde pas les suppressions plus anciennes",
        recu=valeur, ou=f"requête n° {echange.numero}", echanges=(echange.numero,),
    )  # fmt: skip


def _age(echange: Echange, valeur: str) -> timedelta:
    texte = valeur[2:] if valeur[:2] in PREFIXES else valeur
    try:
        return echange.debut.astimezone(UTC) - intervalle("_lastUpdated", texte)[0]
    except RefusFhir:
        return timedelta(0)


@verification(ENCODAGE)
def criteres_encodes(echanges: Sequence[Echange]) -> Constat:
    """ASCII sur le fil, échappements lisibles en UTF-8, et plus aucun après décodage."""
    vus = appels(echanges)
    if not vus:
        return ENCODAGE.sans_objet("aucun appel à l'API observé")
    for echange in vus:
        defaut = _defaut_d_encodage(echange)
        if defaut:
            return ENCODAGE.enfreinte(
                f"critère mal encodé : {defaut}", attendu="chaque valeur encodée une fois, en UTF-8",
                recu=chaines_brutes(echange)[:200], ou=f"requête n° {echange.numero}", echanges=(echange.numero,),
            )  # fmt: skip
    return ENCODAGE.respectee(recu=f"{len(vus)} appel(s)", ou="adresses appelées", echanges=_numeros(vus))


def _defaut_d_encodage(echange: Echange) -> str:
    brut = chaines_brutes(echange)
    if not brut.isascii():
        return "caractères hors ASCII dans l'adresse"
    if re.search(r"%(?![0-9A-Fa-f]{2})", brut):
        return "échappement % incomplet"
    for nom, valeur in parametres(echange):
        if "�" in valeur:
            return f"{nom} n'est pas en UTF-8"
        # Aucune valeur de l'annuaire ne porte de % : un échappement qui reste vient d'un double encodage.
        if re.search(r"%(?:2[0-9A-F]|[C-F][0-9A-F])", valeur, re.IGNORECASE):
            return f"{nom} est encodé deux fois"
    return ""


def _techniques(echange: Echange) -> list[str]:
    """Identifiants techniques de professionnels ou de situations que la requête désigne."""
    segments = chemin(echange)
    if segments[:1] in (["Practitioner"], ["PractitionerRole"]) and len(segments) == 2 and segments[1] != "_search":
        return [segments[1]]
    voulus = ("_id", "practitioner") if segments[:1] == ["PractitionerRole"] else ("_id",)
    if segments[:1] not in (["Practitioner"], ["PractitionerRole"]):
        return []
    return [
        i.rpartition("/")[2] for nom, valeur in parametres(echange) if nom in voulus for i in valeur.split(",") if i
    ]


@verification(IDENTIFIANTS)
def identifiants_du_moment(echanges: Sequence[Echange]) -> Constat:
    """Chaque identifiant technique employé a été donné par une réponse de la même édition de l'annuaire."""
    connus: dict[str, set[str]] = {}
    employes = 0
    for echange in appels(echanges):
        edition = echange.notes.get("edition", "")
        for technique in _techniques(echange):
            employes += 1
            if technique not in connus.get(edition, set()):
                return IDENTIFIANTS.enfreinte(
                    "un identifiant technique ne vient d'aucune réponse de cette édition de l'annuaire",
                    attendu="un identifiant lu dans une réponse de la même édition, ou l'identifiant métier",
                    recu=technique, ou=f"requête n° {echange.numero}", echanges=(echange.numero,),
                )  # fmt: skip
        connus.setdefault(edition, set()).update(str(r.get("id")) for r in ressources(echange))
    if not employes:
        return IDENTIFIANTS.sans_objet("aucun identifiant technique employé")
    return IDENTIFIANTS.respectee(recu=f"{employes} identifiant(s), tous de l'édition en cours", ou="appels à l'API")
