"""Règles sur la microbiologie d'un compte rendu : chaque germe isolé, et la sensibilité à chaque antibiotique."""

from __future__ import annotations

from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.compte_rendu.attendu import GermeIsole, Sensibilite
from steps.verifications.compte_rendu.lecture import CorpsLu, IsolatLu, ObservationLue
from steps.verifications.compte_rendu.structure import EXIGENCE, VOLET, decrire, egaux, lire_ou_dire
from steps.verifications.compte_rendu.textes import contient, plier, positions
from steps.verifications.pdf.flux import PdfIllisible
from steps.verifications.pdf.lecture import lire_pdf
from steps.verifications.registre import verification

_CORPS = "ClinicalDocument/component/structuredBody"
_MOTS = {
    "S": ("s", "sensible", "susceptible"),
    "I": ("i", "intermédiaire", "intermediaire"),
    "R": ("r", "résistant", "resistant", "résistante"),
}
_UNITES_CMI = ("mg/l", "ug/ml")

R_ISOLATS = Regle(
    "CR-MIC-01",
    "Chaque germe saisi est un isolat du CDA N3, nommé par son code",
    f"{EXIGENCE}, cas Create_doc-Sc3 ; {VOLET}, entrée FR-Isolat-microbiologique",
    Confiance.OFFICIELLE,
    "Écrivez un organizer CLUSTER de modèle 1.3.6.1.4.1.19376.1.3.1.5 par germe, son code dans specimenPlayingEntity.",
)
R_ANTIBIOGRAMME = Regle(
    "CR-MIC-02",
    "Chaque antibiotique testé est une observation de son isolat : interprétation, et concentration mesurée",
    f"{EXIGENCE}, cas Create_doc-Sc3 ; {VOLET}, entrée FR-Batterie-examens-de-biologie-medicale",
    Confiance.OFFICIELLE,
    "Dans l'isolat, écrivez une batterie 18769-0, et par antibiotique interpretationCode (S, I, R) et value.",
)
R_RECIT = Regle(
    "CR-MIC-03",
    "Chaque germe et la sensibilité à chaque antibiotique se lisent dans le récit",
    f"{EXIGENCE}, cas Create_doc-Sc3 ; HL7 CDA R2 (2005), § 4.3.5",
    Confiance.OFFICIELLE,
    "Écrivez dans section/text le prélèvement, le germe, chaque antibiotique et sa sensibilité.",
)
R_PDF = Regle(
    "CR-MIC-04",
    "Chaque germe et la sensibilité à chaque antibiotique se lisent dans le PDF",
    "REM BIO, exigence DOC/va1.01 : le compte rendu de biologie en PDF/A-1",
    Confiance.OFFICIELLE,
    "Éditez dans le PDF les germes et leurs antibiogrammes.",
)


@verification(R_ISOLATS, R_ANTIBIOGRAMME)
def germes_structures(cda: bytes, germes: Sequence[GermeIsole], quoi: str) -> list[Constat]:
    """Un isolat par germe, chacun avec son antibiogramme à lui."""
    corps = lire_ou_dire(R_ISOLATS, cda, quoi)
    if isinstance(corps, Constat):
        return [corps]
    if not germes:
        return [R_ISOLATS.sans_objet(f"aucun germe saisi pour {quoi}")]
    trouves = {germe: _isolat(corps, germe) for germe in germes}
    absents = [germe.libelle for germe, isolat in trouves.items() if isolat is None]
    constats = [
        juger(
            R_ISOLATS,
            not absents,
            f"des germes saisis ne sont pas des isolats de {quoi}",
            attendu=", ".join(f"{g.libelle} ({g.code})" for g in germes),
            recu=", ".join("/".join((*i.libelles, *i.codes)) for i in corps.isolats) or "aucun isolat",
            ou=_CORPS,
        )
    ]
    ecarts = [e for germe, isolat in trouves.items() if isolat for e in _ecarts(germe, isolat)]
    if any(trouves.values()):
        constats.append(
            juger(
                R_ANTIBIOGRAMME,
                not ecarts,
                f"l'antibiogramme structuré de {quoi} n'est pas celui qui a été saisi",
                attendu=" ; ".join(f"{g.libelle} : {_phrase(g)}" for g in germes),
                recu=" ; ".join(ecarts) or f"{sum(len(g.antibiogramme) for g in germes)} antibiotiques",
                ou=_CORPS,
            )
        )
    return constats


def _isolat(corps: CorpsLu, germe: GermeIsole) -> IsolatLu | None:
    """L'isolat de ce germe : par son code, sinon par son nom ; de plusieurs, celui qui a son antibiogramme."""
    siens = [i for i in corps.isolats if germe.code in i.codes] or [
        i for i in corps.isolats if any(plier(germe.libelle) in plier(lu) for lu in i.libelles)
    ]
    return min(siens, key=lambda isolat: len(_ecarts(germe, isolat)), default=None)


def _ecarts(germe: GermeIsole, isolat: IsolatLu) -> list[str]:
    ecarts = []
    for attendue in germe.antibiogramme:
        siennes = _de(isolat, attendue)
        if not any(_juste(o, attendue) for o in siennes):
            vues = " / ".join(f"{decrire(o)} {','.join(o.interpretations)}" for o in siennes) or "aucune observation"
            ecarts.append(f"{germe.libelle}, {attendue.libelle} : {vues}")
    return ecarts


def _de(isolat: IsolatLu, attendue: Sensibilite) -> list[ObservationLue]:
    """Les lignes de cet antibiotique : par code, sinon par nom ; une association porte aussi le nom du premier."""
    if codees := [o for o in isolat.observations if attendue.code and attendue.code in o.codes]:
        return codees
    nom = plier(attendue.libelle)
    nommees = [o for o in isolat.observations if plier(o.libelle) == nom]
    return nommees or [o for o in isolat.observations if nom in plier(o.libelle)]


def _juste(observation: ObservationLue, attendue: Sensibilite) -> bool:
    cmi = not attendue.cmi or any(
        egaux(valeur, attendue.cmi) and plier(unite) in _UNITES_CMI for valeur, unite in observation.valeurs
    )
    return attendue.resultat in observation.interpretations and cmi


def _phrase(germe: GermeIsole) -> str:
    return ", ".join(f"{a.libelle} {a.resultat}" + (f" ({a.cmi} mg/L)" if a.cmi else "") for a in germe.antibiogramme)


@verification(R_RECIT)
def germes_au_recit(cda: bytes, germes: Sequence[GermeIsole], quoi: str) -> Constat:
    """Prélèvement, germes et sensibilités dans le récit."""
    corps = lire_ou_dire(R_RECIT, cda, quoi)
    if isinstance(corps, Constat):
        return corps
    return _juger(R_RECIT, corps.recit, germes, f"le récit de {quoi}")


@verification(R_PDF)
def germes_au_pdf(pdf: bytes, germes: Sequence[GermeIsole], temoin: str, quoi: str) -> Constat:
    """Prélèvement, germes et sensibilités dans le PDF ; `temoin` : le nom de naissance du patient."""
    try:
        texte = lire_pdf(pdf).texte
    except PdfIllisible as erreur:
        return R_PDF.sans_objet(f"le PDF de {quoi} ne se lit pas : {erreur}")
    if not contient(plier(texte), temoin):
        return R_PDF.a_regarder(f"rien ne montre que le texte du PDF de {quoi} s'extrait : à lire", ou=quoi)
    return _juger(R_PDF, texte, germes, f"le PDF de {quoi}")


def _juger(regle: Regle, texte: str, germes: Sequence[GermeIsole], ou: str) -> Constat:
    plie = plier(texte)
    manques = []
    for germe in germes:
        manques += [f"{nature} {mot}" for nature, mot in (("prélèvement", germe.prelevement), ("germe", germe.libelle))
                    if not contient(plie, mot)]  # fmt: skip
        for attendue in germe.antibiogramme:
            if not any(_lue(zone, germe, attendue) for zone in _zones(plie, germe, germes)):
                manques.append(f"{germe.libelle}, {attendue.libelle} {attendue.resultat}")
    return juger(
        regle,
        not manques,
        f"la microbiologie saisie ne se lit pas en entier dans {ou}",
        attendu=" ; ".join(f"{g.libelle} : {_phrase(g)}" for g in germes),
        recu="manque : " + " ; ".join(manques) if manques else f"{len(germes)} germe(s) et leurs antibiogrammes",
        ou=ou,
    )


def _zones(plie: str, germe: GermeIsole, germes: Sequence[GermeIsole]) -> list[str]:
    """Du nom de ce germe au suivant ; un autre germe a le même antibiotique."""
    autres = sorted(p for g in germes if g.libelle != germe.libelle for p in positions(plie, g.libelle))
    debuts = positions(plie, germe.libelle)
    return [plie[debut : next((a for a in autres if a > debut), len(plie))] for debut in debuts]


def _lue(zone: str, germe: GermeIsole, attendue: Sensibilite) -> bool:
    """La sensibilité après le nom de l'antibiotique, avant le nom du suivant."""
    suivants = sorted(p for a in germe.antibiogramme if a != attendue for p in positions(zone, a.libelle))
    for debut in positions(zone, attendue.libelle):
        morceau = zone[debut + len(plier(attendue.libelle)) : next((s for s in suivants if s > debut), len(zone))][:240]
        if any(positions(morceau, mot) for mot in _MOTS[attendue.resultat]) and (
            not attendue.cmi or positions(morceau, attendue.cmi)
        ):
            return True
    return False
