"""Suite des appels d'un scénario : unicité des identifiants, ordre des essais, arrêt, appels interdits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from reports.constat import Confiance, Constat, Regle
from simulators.insi.espaces import OP_TRAITS
from steps.verifications.insi.appels import Appel
from steps.verifications.insi.contexte import ContexteInsi, PatientConnu
from steps.verifications.insi.sources import BANC, CNDA, CONTRAT
from steps.verifications.registre import verification

MESSAGE_ID_UNIQUE = Regle(
    "INSI-WSA-03",
    "Chaque appel a un wsa:MessageID neuf",
    f"{CONTRAT} ; W3C WS-Addressing 1.0 (MessageID désigne un message et un seul)",
    Confiance.DOCUMENTEE,
    "Tirer un MessageID neuf à chaque appel, nouvel essai compris.",
)
ID_UNIQUES = Regle(
    "INSI-CTX-09",
    "Chaque appel a des Id de contextes neufs",
    f"{CONTRAT}, messages relevés",
    Confiance.DOCUMENTEE,
    "Tirer un Id neuf pour chaque contexte à chaque appel, nouvel essai compris.",
)
INSTANCE_STABLE = Regle(
    "INSI-CTX-10",
    "LPS/Instance désigne la même installation à chaque appel",
    f"{BANC}, d'après les messages relevés",
    Confiance.DEDUITE,
    "Tirer l'identifiant d'instance une fois à l'installation et le garder.",
)
ORDRE = Regle(
    "INSI-SEQ-01",
    "Les essais vont du premier prénom aux suivants, un par un, puis à tous les prénoms ensemble",
    f"{CNDA} (test 2.07)",
    Confiance.DOCUMENTEE,
    "Chercher sur le premier prénom, puis les suivants un par un, puis tous séparés par un espace.",
)
ARRET = Regle(
    "INSI-SEQ-02",
    "La recherche s'arrête à la première réponse 00 ou à la première faute",
    f"{CNDA} ; clients publics",
    Confiance.DOCUMENTEE,
    "Ne plus appeler dès que l'INS est obtenu ou que le téléservice est en faute.",
)
COMPLET = Regle(
    "INSI-SEQ-03",
    "La recherche va au bout des prénoms tant que la réponse est 01",
    f"{CNDA} (test 2.07, quatre appels pour trois prénoms)",
    Confiance.DOCUMENTEE,
    "Après 01, essayer les prénoms suivants puis tous ensemble avant d'afficher « aucune identité ».",
)
REPETITION = Regle(
    "INSI-SEQ-04",
    "Un appel qui a obtenu 00 n'est pas refait à l'identique",
    f"{BANC}, d'après la règle d'arrêt",
    Confiance.DEDUITE,
    "Garder l'INS obtenu au lieu de rappeler le téléservice.",
)
SANS_FIN = Regle(
    "INSI-SEQ-05",
    "Le même appel n'est pas répété sans fin après une indisponibilité ou une réponse 01 ou 02",
    f"{BANC} (borne : nombre de prénoms plus un, avec et sans lieu de naissance ; le plafond du guide n'est pas connu)",
    Confiance.DEDUITE,
    "Borner les nouveaux essais et rendre la main à l'utilisateur.",
)
INTERDIT = Regle(
    "INSI-SEQ-06",
    "INSi n'est pas appelé pour une identité douteuse ou fictive",
    "REM BIO, exigence INS/va1.20 (travaux de concertation 2023), règle 25 du guide d'implémentation de l'INS",
    Confiance.OFFICIELLE,
    "Bloquer l'appel à INSi tant que l'attribut « douteux » ou « fictif » est posé.",
)
APCV = Regle(
    "INSI-SEQ-07",
    "INSi n'est pas appelé pour une identité lue dans l'appli carte Vitale",
    "RNIV 1 v2.0 (décembre 2024) § 4.3, rapporté par FR Core 2.2.0",
    Confiance.SECONDAIRE,
    "Reprendre l'INS de l'appli carte Vitale sans interroger INSi.",
)

_MAX_IDENTIQUES = 3


def _a_plat(texte: str | None) -> str:
    return " ".join((texte or "").replace("-", " ").replace("'", " ").split())


@dataclass(frozen=True, slots=True)
class _Essai:
    """Un appel par traits : ce qui le distingue, et ce qu'il a obtenu."""

    appel: Appel
    prenom: str
    lieu: str
    issue: str
    """`00`, `01`, `02`…, `faute`, ou vide si la réponse n'a pas pu être lue."""


# --- unicité ----------------------------------------------------------------------------------------------------------


@verification(MESSAGE_ID_UNIQUE, ID_UNIQUES, INSTANCE_STABLE)
def unicite(appels: Sequence[Appel], contexte: ContexteInsi) -> list[Constat]:
    """Aucun identifiant ne sert deux fois ; l'instance, elle, ne change pas."""
    constats = _unique(MESSAGE_ID_UNIQUE, [(appel.message_id, appel) for appel in appels], "wsa:MessageID")
    for nom in ("bam", "lps"):
        ids = []
        for appel in appels:
            bloc = getattr(appel.message, nom) if appel.message else None
            ids.append((bloc.id if bloc else None, appel))
        constats += _unique(ID_UNIQUES, ids, f"Contexte{nom.upper()}/Id")
    return constats + _instance(appels)


def _unique(regle: Regle, valeurs: list[tuple[str | None, Appel]], ou: str) -> list[Constat]:
    par_valeur: dict[str, list[Appel]] = defaultdict(list)
    for valeur, appel in valeurs:
        if valeur:
            par_valeur[valeur.lower()].append(appel)
    doubles = {valeur: vus for valeur, vus in par_valeur.items() if len(vus) > 1}
    if not par_valeur:
        return []
    if not doubles:
        numeros = tuple(appel.numero for vus in par_valeur.values() for appel in vus)
        return [regle.respectee(recu=f"{len(par_valeur)} valeur(s) distincte(s) de {ou}", echanges=numeros)]
    return [
        regle.enfreinte(
            "identifiant employé plusieurs fois",
            attendu="une valeur neuve à chaque appel",
            recu=f"{valeur}, {len(vus)} fois",
            ou=ou,
            echanges=tuple(appel.numero for appel in vus),
        )
        for valeur, vus in doubles.items()
    ]


def _instance(appels: Sequence[Appel]) -> list[Constat]:
    vues: dict[str, list[int]] = defaultdict(list)
    for appel in appels:
        if appel.message and appel.message.lps and appel.message.lps.instance:
            vues[appel.message.lps.instance].append(appel.numero)
    numeros = tuple(numero for liste in vues.values() for numero in liste)
    if not vues:
        return []
    if len(vues) == 1:
        return [INSTANCE_STABLE.respectee(recu=next(iter(vues)), echanges=numeros)]
    return [
        INSTANCE_STABLE.enfreinte(
            "instance différente d'un appel à l'autre",
            attendu="une valeur constante",
            recu=", ".join(vues),
            ou="/Envelope/Header/ContexteLPS/LPS/Instance",
            echanges=numeros,
        )
    ]


# --- ordre des essais -------------------------------------------------------------------------------------------------


@verification(ORDRE, ARRET, COMPLET)
def ordre_des_essais(appels: Sequence[Appel], contexte: ContexteInsi) -> list[Constat]:
    """Chaque recherche par traits suit l'ordre des prénoms, s'arrête quand il faut et va au bout."""
    constats: list[Constat] = []
    for cle, essais in _par_personne(appels).items():
        patient = next((connu for connu in contexte.patients if _cle_patient(connu) == cle), None)
        for recherche in _recherches(essais, patient):
            constats += [_arret(recherche), *_ordre(recherche, patient)]
            if patient is not None:
                constats += _complet(recherche, patient)
    return constats


def _par_personne(appels: Sequence[Appel]) -> dict[tuple[str, str, str], list[_Essai]]:
    personnes: dict[tuple[str, str, str], list[_Essai]] = defaultdict(list)
    for appel in appels:
        traits = appel.traits
        if appel.operation == OP_TRAITS and traits is not None and traits.prenom:
            cle = (_a_plat(traits.nom_naissance), traits.sexe or "", traits.date_naissance or "")
            issue = "faute" if appel.reponse.faute else appel.code or ""
            personnes[cle].append(_Essai(appel, _a_plat(traits.prenom), traits.lieu_naissance or "", issue))
    return personnes


def _cle_patient(patient: PatientConnu) -> tuple[str, str, str]:
    return (_a_plat(patient.nom_naissance), patient.sexe, patient.date_naissance)


def _recherches(essais: list[_Essai], patient: PatientConnu | None) -> list[list[_Essai]]:
    """Découpe les essais : revenir au premier prénom avec le même lieu, c'est une nouvelle recherche."""
    recherches: list[list[_Essai]] = []
    for essai in essais:
        premier = _a_plat(patient.prenoms[0]) if patient else (recherches[-1][0].prenom if recherches else essai.prenom)
        deja = recherches and any((vu.prenom, vu.lieu) == (essai.prenom, essai.lieu) for vu in recherches[-1])
        if not recherches or (essai.prenom == premier and deja):
            recherches.append([])
        recherches[-1].append(essai)
    return recherches


def _arret(recherche: list[_Essai]) -> Constat:
    for rang, essai in enumerate(recherche[:-1]):
        if essai.issue in ("00", "faute"):
            suivants = recherche[rang + 1 :]
            return ARRET.enfreinte(
                "appel après une réponse qui termine la recherche",
                attendu=f"aucun appel après {'la faute' if essai.issue == 'faute' else '00'} (n° {essai.appel.numero})",
                recu=f"{len(suivants)} appel(s) de plus : {', '.join(suite.prenom for suite in suivants)}",
                ou="suite des appels",
                echanges=(essai.appel.numero, *(suite.appel.numero for suite in suivants)),
            )
    return ARRET.respectee(recu=_lisible(recherche), echanges=_numeros(recherche))


def _lisible(recherche: list[_Essai]) -> str:
    return ", ".join(f"{essai.prenom} → {essai.issue or 'réponse illisible'}" for essai in recherche)


def _numeros(recherche: list[_Essai]) -> tuple[int, ...]:
    return tuple(essai.appel.numero for essai in recherche)


def _ordre(recherche: list[_Essai], patient: PatientConnu | None) -> list[Constat]:
    """Compare la suite des prénoms à l'ordre attendu ; sans patient connu, rien n'est dit de l'ordre."""
    if patient is None:
        return []
    rangs = _rangs(patient)
    attendu = " puis ".join(_suite(patient))
    for rang, essai in enumerate(recherche):
        precedent = recherche[rang - 1] if rang else None
        if _permis(essai, precedent, rangs):
            continue
        return [
            ORDRE.enfreinte(
                "prénom essayé hors de son tour",
                attendu=attendu,
                recu=" puis ".join(vu.prenom for vu in recherche),
                ou=f"appel n° {essai.appel.numero}, Prenom",
                echanges=_numeros(recherche),
            )
        ]
    return [ORDRE.respectee(recu=_lisible(recherche), echanges=_numeros(recherche))]


def _suite(patient: PatientConnu) -> list[str]:
    """Les prénoms envoyés, dans l'ordre : chacun, puis tous ensemble s'il y en a plusieurs."""
    prenoms = [_a_plat(prenom) for prenom in patient.prenoms]
    return [*prenoms, " ".join(prenoms)] if len(prenoms) > 1 else prenoms


def _rangs(patient: PatientConnu) -> dict[str, int]:
    rangs: dict[str, int] = {}
    for rang, prenom in enumerate(_suite(patient)):
        rangs.setdefault(prenom, rang)
    return rangs


def _permis(essai: _Essai, precedent: _Essai | None, rangs: dict[str, int]) -> bool:
    dernier = max(rangs.values(), default=0)
    if precedent is None:
        return rangs.get(essai.prenom) == 0
    avant = rangs.get(precedent.prenom)
    rang = rangs.get(essai.prenom)
    if avant is not None and rang == avant + 1:
        return True
    if essai.lieu and not precedent.lieu:
        # Le lieu de naissance s'ajoute après un 02, ou rouvre la suite depuis le premier prénom.
        return rang is not None and (rang in (avant, 0) or rang == dernier)
    if precedent.issue == "02":
        # Après 02, ajouter les autres prénoms de la pièce d'identité, par morceaux ou tous, est aussi décrit.
        return rang == dernier or essai.prenom.startswith(f"{precedent.prenom} ")
    return False


def _complet(recherche: list[_Essai], patient: PatientConnu) -> list[Constat]:
    fin = recherche[-1]
    numeros = _numeros(recherche)
    if fin.issue != "01":
        return []
    essayes = {essai.prenom for essai in recherche}
    manquants = [prenom for prenom in _suite(patient) if prenom not in essayes]
    if not manquants:
        return [COMPLET.respectee(recu=_lisible(recherche), echanges=numeros)]
    return [
        COMPLET.enfreinte(
            "recherche abandonnée sur 01 avant le dernier essai",
            attendu=" puis ".join(_suite(patient)),
            recu=_lisible(recherche),
            ou=f"après l'appel n° {fin.appel.numero}",
            echanges=numeros,
        )
    ]


# --- répétitions ------------------------------------------------------------------------------------------------------


@verification(REPETITION, SANS_FIN)
def repetitions(appels: Sequence[Appel], contexte: ContexteInsi) -> list[Constat]:
    """Rien n'est redemandé sans raison."""
    par_contenu: dict[tuple[object, ...], list[Appel]] = defaultdict(list)
    for appel in appels:
        contenu = (appel.operation, appel.traits, appel.carte, appel.ins_fourni)
        if appel.operation and any(contenu[1:]):
            par_contenu[contenu].append(appel)
    if not par_contenu:
        return []
    constats: list[Constat] = []
    for vus in par_contenu.values():
        premier = next((rang for rang, appel in enumerate(vus) if appel.code == "00"), None)
        if premier is not None and len(vus) > premier + 1:
            constats.append(
                REPETITION.enfreinte(
                    "appel refait à l'identique après 00",
                    attendu="un seul appel",
                    recu=f"{len(vus) - premier} appels identiques",
                    ou=_decrire(vus[0]),
                    echanges=tuple(appel.numero for appel in vus[premier:]),
                )
            )
        sans_issue = [appel for appel in vus if appel.code != "00"]
        if len(sans_issue) > _MAX_IDENTIQUES:
            constats.append(
                SANS_FIN.enfreinte(
                    "même appel répété",
                    attendu=f"{_MAX_IDENTIQUES} fois au plus",
                    recu=f"{len(sans_issue)} appels identiques",
                    ou=_decrire(vus[0]),
                    echanges=tuple(appel.numero for appel in sans_issue),
                )
            )
    numeros = tuple(appel.numero for vus in par_contenu.values() for appel in vus)
    presents = {constat.code for constat in constats}
    for regle in (REPETITION, SANS_FIN):
        if regle.code not in presents:
            constats.append(regle.respectee(recu=f"{len(par_contenu)} appel(s) différent(s)", echanges=numeros))
    return constats


def _decrire(appel: Appel) -> str:
    traits = appel.traits
    nom = f" de {traits.nom_naissance} {traits.prenom or ''}".rstrip() if traits else ""
    return f"{appel.operation}{nom}"


# --- appels interdits -------------------------------------------------------------------------------------------------


@verification(INTERDIT, APCV)
def appels_interdits(appels: Sequence[Appel], contexte: ContexteInsi) -> list[Constat]:
    """Aucun appel pour les patients du scénario dont l'appel est bloqué."""
    constats: list[Constat] = []
    for patient in contexte.patients:
        if not (patient.appel_interdit or patient.apcv):
            continue
        regle = INTERDIT if patient.appel_interdit else APCV
        motif = f"identité {patient.appel_interdit}" if patient.appel_interdit else "appli carte Vitale"
        trouves = tuple(appel.numero for appel in appels if _concerne(appel, patient))
        nom = f"{patient.nom_naissance} {' '.join(patient.prenoms)}"
        if trouves:
            constats.append(
                regle.enfreinte(
                    f"appel INSi pour {nom} ({motif})",
                    attendu="aucun appel",
                    recu=f"{len(trouves)} appel(s)",
                    ou="suite des appels",
                    echanges=trouves,
                )
            )
        else:
            constats.append(
                regle.respectee(
                    f"aucun appel pour {nom} ({motif})",
                    recu=f"{len(appels)} appel(s) observé(s), aucun pour cette identité",
                    echanges=tuple(appel.numero for appel in appels),
                )
            )
    return constats


def _concerne(appel: Appel, patient: PatientConnu) -> bool:
    traits, carte = appel.traits, appel.carte
    if traits is not None:
        return _a_plat(traits.nom_naissance) == _a_plat(patient.nom_naissance) and (
            traits.date_naissance == patient.date_naissance
        )
    if carte is not None:
        meme_date = carte.date_naissance == patient.date_naissance
        return meme_date and (not carte.nom_naissance or _a_plat(carte.nom_naissance) == _a_plat(patient.nom_naissance))
    return False
