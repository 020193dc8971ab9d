"""Le message et le CDA qu'il porte disent la même chose : patient, type, identifiants, remplacement."""

from __future__ import annotations

from collections.abc import Sequence

from reports.constat import Constat
from steps.flux.identite import IdentiteUsager
from steps.flux.lecture import IdentiteHl7
from steps.jugements.marque import rejouable
from steps.verifications.cda import EnTeteCda, niveau
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.modele import Identifiant
from steps.verifications.hl7v2.contenu import traits_transmis
from steps.verifications.hl7v2.decoupage import MessageHl7
from steps.verifications.hl7v2.encapsule import DonneeObx
from steps.verifications.hl7v2.metadonnees import valeurs_de
from steps.verifications.hl7v2.regles_documents import (
    CDA_IDS,
    CDA_INITIAL,
    CDA_INS,
    CDA_PAIRE,
    CDA_REMPLACEMENT,
    CDA_TYPE,
    META_CONFIDENTIEL,
    TXA_ID,
)
from steps.verifications.hl7v2.segment import Segment
from steps.verifications.registre import verification

_SEXES = {"M": "M", "F": "F", "UN": "I"}


@verification(CDA_INS, CDA_IDS)
def patient(lu: IdentiteHl7, cda: EnTeteCda) -> list[Constat]:
    """Les identifiants du PID et du CDA : l'INS, puis les autres."""
    attendue = cda.patient.ins
    recues = {(i.numero, i.oid) for i in lu.ins}
    attendues = {(attendue.extension, attendue.racine)} if attendue else set()
    constats = [
        juger(
            CDA_INS, recues == attendues, "L'INS du message n'est pas celle du CDA.",
            attendu=f"{attendue.extension} sous {attendue.racine}" if attendue else "aucune INS",
            recu=", ".join(f"{numero} sous {oid}" for numero, oid in recues) or "aucune INS", ou="PID-3",
        )
    ]  # fmt: skip
    locaux_cda = {(i.extension, i.racine) for i in cda.patient.ids if i != attendue}
    locaux_pid = {(i.numero, i.oid) for i in lu.identifiants if not i.est_ins and i.oid}
    if locaux_cda and locaux_pid:
        constats.append(
            juger(
                CDA_IDS, locaux_cda == locaux_pid, "Les identifiants locaux du message et du CDA diffèrent.",
                attendu=_ids(locaux_cda), recu=_ids(locaux_pid), ou="PID-3",
            )
        )  # fmt: skip
    return constats


def _ids(paires: set[tuple[str, str]]) -> str:
    return ", ".join(f"{numero} sous {oid}" for numero, oid in sorted(paires))


@rejouable
def traits(texte: str, lu: IdentiteHl7, cda: EnTeteCda) -> list[Constat]:
    """Les traits du PID, comparés à ceux du CDA par les règles des messages d'identité (HL7-TRT-01 à 05)."""
    p = cda.patient
    n = p.naissance
    if not (p.nom("BR") and n and p.sexe and p.sexe.code):
        # Ce que le CDA ne dit pas, l'examen du CDA le dit ; il n'y a rien à comparer.
        return []
    utilise = lu.nom_utilise is not None
    prenoms = " ".join(valeur for qualifie, valeur in p.prenoms if not qualifie) or p.prenom("BR")
    identite = IdentiteUsager(
        nom_naissance=p.nom("BR"),
        premier_prenom_naissance=p.prenom("BR") or prenoms.partition(" ")[0],
        prenoms_naissance=prenoms,
        date_naissance="-".join((n[:4], n[4:6] or "00", n[6:8] or "00")),
        sexe=_SEXES.get(p.sexe.code, p.sexe.code),
        code_lieu_naissance=p.lieu_naissance,
        nom_utilise=p.nom("CL") if utilise else "",
        prenom_utilise=p.prenom("CL") if utilise else "",
    )
    return traits_transmis(texte, identite)


@verification(CDA_TYPE)
def type_de_document(message: MessageHl7, donnee: DonneeObx, cda: EnTeteCda) -> list[Constat]:
    """OBX-3 et TXA-2 disent le type du CDA."""
    attendu = cda.code.code if cda.code else ""
    txa = message.premier("TXA")
    recus = {"OBX-3.1": donnee.segment.valeur(3, 1)} | ({"TXA-2": txa.valeur(2)} if txa else {})
    faux = [f"{nom} {valeur or 'vide'}" for nom, valeur in recus.items() if valeur != attendu]
    return [
        juger(
            CDA_TYPE, not faux, "Le type annoncé n'est pas celui du CDA.", attendu=attendu or "un code dans le CDA",
            recu=", ".join(faux) or f"{attendu}", ou=f"{donnee.nom}, OBX-3, TXA-2",
        )
    ]  # fmt: skip


@verification(TXA_ID)
def identifiants_txa(message: MessageHl7, cda: EnTeteCda) -> list[Constat]:
    """TXA-12 est l'identifiant du CDA ; pour T10, TXA-13 est celui du document remplacé."""
    txa = message.premier("TXA")
    if txa is None or not txa.valeur(12):
        return []
    voulus = [("TXA-12", 12, [cda.id] if cda.id else [])]
    if message.evenement == "T10" and txa.valeur(13) and cda.remplacements:
        voulus.append(("TXA-13", 13, [parent for lien in cda.remplacements for parent in lien.ids]))
    faux = [f"{nom} {txa.ecrit(rang)}" for nom, rang, ids in voulus if not any(_meme(txa, rang, i) for i in ids)]
    return [
        juger(
            TXA_ID, not faux, "TXA ne désigne pas le document qu'il accompagne, ou celui qu'il remplace.",
            attendu=", ".join(f"{nom} {' ou '.join(map(str, ids)) or 'absent du CDA'}" for nom, _, ids in voulus),
            recu=", ".join(faux) or ", ".join(txa.ecrit(rang) for _, rang, _ in voulus), ou="TXA-12, TXA-13",
        )
    ]  # fmt: skip


def _meme(txa: Segment, rang: int, identifiant: Identifiant) -> bool:
    """EI du volet : OID entier en composant 1, ou extension^^OID^ISO."""
    premier, racine = txa.valeur(rang, 1), txa.valeur(rang, 3)
    if identifiant.extension:
        return (premier, racine) == (identifiant.extension, identifiant.racine)
    return premier == identifiant.racine


@verification(CDA_REMPLACEMENT, CDA_INITIAL, META_CONFIDENTIEL)
def demande_et_document(message: MessageHl7, donnee: DonneeObx, cda: EnTeteCda) -> list[Constat]:
    """La demande (OBX-11) et le CDA s'accordent sur le remplacement ; un document restreint n'est pas partagé."""
    v = valeurs_de(message)
    remplace = cda.remplace is not None
    constats = []
    if donnee.statut == "C" and v.get("MODIF_CONF_CODE") != "Y":
        constats.append(
            juger(
                CDA_REMPLACEMENT, remplace, "Le remplacement est demandé, mais le CDA ne remplace aucun document.",
                attendu="relatedDocument typeCode=RPLC dans le CDA", recu="RPLC" if remplace else "aucun",
                ou=f"{donnee.nom}, OBX-11",
            )
        )  # fmt: skip
    if donnee.statut == "F":
        constats.append(
            juger(
                CDA_INITIAL, not remplace, "Le CDA en remplace un autre, mais la demande est initiale.",
                attendu="OBX-11 C pour un CDA remplaçant", recu="OBX-11 F, CDA RPLC" if remplace else "OBX-11 F",
                ou=f"{donnee.nom}, OBX-11",
            )
        )  # fmt: skip
    niveau_secret = cda.confidentialite.code if cda.confidentialite else ""
    if v.get("DESTDMP") == "Y":
        constats.append(
            juger(
                META_CONFIDENTIEL, niveau_secret not in ("R", "V"), "Un document restreint est demandé en partage.",
                attendu="confidentialityCode N, ou DESTDMP N", recu=niveau_secret or "absent", ou="OBX, DESTDMP",
            )
        )  # fmt: skip
    return constats


@verification(CDA_PAIRE)
def paire(cdas: Sequence[EnTeteCda]) -> list[Constat]:
    """Deux documents d'un ORU : un N1 et un N3, même patient, même type."""
    if len(cdas) != 2:
        return []
    un, deux = cdas
    ecarts = [] if {niveau(un), niveau(deux)} == {"N1", "N3"} else [f"niveaux {niveau(un)} et {niveau(deux)}"]
    ecarts += [] if un.patient.ids == deux.patient.ids else ["patients différents"]
    codes = [cda.code.code if cda.code else "" for cda in cdas]
    ecarts += [] if codes[0] == codes[1] else [f"types {codes[0]} et {codes[1]}"]
    return [
        juger(
            CDA_PAIRE, not ecarts, "Les deux documents du message ne sont pas deux formats du même.",
            attendu="un N1 et un N3, même patient, même type", recu=", ".join(ecarts) or "N1 et N3", ou="OBX",
        )
    ]  # fmt: skip
