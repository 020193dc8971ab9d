"""Le contenu d'un message HL7 v2 : lisibilité, INS, traits, statut."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports.constat import Constat, Regle
from steps.flux.identite import OIDS_INS, IdentiteUsager, comparable, porte_suite
from steps.flux.lecture import (
    IdentifiantHl7,
    IdentiteHl7,
    MessageIllisible,
    desechapper,
    identite_du_message,
    segments_du_message,
    type_message,
)
from steps.verifications.hl7v2.regles import (
    INS_ABSENTE,
    INS_FORME,
    INS_OID,
    INS_PRESENTE,
    INS_UNIQUE,
    LIEU,
    LISIBLE,
    NAISSANCE,
    NOM,
    NOM_UTILISE,
    SEXE,
    STATUT_AUTRE,
    STATUT_QUALIFIE,
    TYPE,
)
from steps.verifications.registre import verification


@verification(LISIBLE)
def message_lisible(texte: str, *, echanges: tuple[int, ...] = ()) -> Constat:
    """Le message se découpe et son PID se lit."""
    try:
        lu = identite_du_message(texte)
    except MessageIllisible as erreur:
        return _illisible(erreur, echanges)
    if not lu.code:
        return LISIBLE.enfreinte(
            "le type du message manque", attendu="ADT^A28 par exemple", recu="vide", ou="MSH-9", echanges=echanges
        )
    return LISIBLE.respectee(recu=f"{lu.type_message}, version {lu.version or 'absente'}", ou="MSH", echanges=echanges)


@verification(TYPE)
def type_attendu(texte: str, attendus: Sequence[str], *, echanges: tuple[int, ...] = ()) -> Constat:
    """Le message est d'un des types demandés, écrits `ADT^A31` ou `A31`."""
    try:
        recu = type_message(texte)
    except MessageIllisible as erreur:
        return TYPE.sans_objet(f"le message n'est pas lisible : {erreur}", echanges=echanges)
    if recu in attendus or recu.partition("^")[2] in attendus:
        return TYPE.respectee(recu=recu, ou="MSH-9", echanges=echanges)
    return TYPE.enfreinte(
        "le message n'est pas du type demandé", attendu=" ou ".join(attendus), recu=recu, ou="MSH-9", echanges=echanges
    )


@verification(LISIBLE, INS_PRESENTE, INS_OID, INS_FORME, INS_UNIQUE)
def ins_transmise(texte: str, identite: IdentiteUsager, *, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Le PID d'une identité qualifiée porte son INS : matricule, OID, forme."""
    if not identite.matricule_ins or not identite.oid_ins:
        return [INS_PRESENTE.sans_objet("l'identité attendue n'a pas d'INS : rien à comparer", echanges=echanges)]
    try:
        lu = identite_du_message(texte)
    except MessageIllisible as erreur:
        return [_illisible(erreur, echanges)]
    if not lu.ins:
        recu = ", ".join(i.en_texte() for i in lu.identifiants) or "PID-3 vide"
        return [
            INS_PRESENTE.enfreinte(
                "le PID ne porte pas d'INS",
                attendu=f"{identite.matricule_ins} sous {identite.oid_ins}",
                recu=recu,
                ou="PID-3",
                echanges=echanges,
            )
        ]
    ins = next((i for i in lu.ins if i.numero == identite.matricule_ins), lu.ins[0])
    return [
        _egalite(INS_PRESENTE, "matricule INS", identite.matricule_ins, ins.numero, "PID-3.1", echanges),
        _egalite(INS_OID, "OID de l'INS", identite.oid_ins, ins.oid, "PID-3.4", echanges),
        _forme_ins(ins, echanges),
        _ins_unique(lu, echanges),
    ]


@verification(INS_FORME, INS_UNIQUE, INS_OID)
def forme_de_l_ins(lu: IdentiteHl7, *, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """L'INS que porte PID-3 a sa forme, un OID d'INS, et il n'y en a qu'une ; sans INS, rien n'est dit."""
    autres = [
        INS_OID.enfreinte(
            "ce qui se dit une INS n'est pas sous un OID d'INS", attendu=", ".join(sorted(OIDS_INS)),
            recu=ins.oid or "aucun OID", ou="PID-3.4", echanges=echanges,
        )
        for ins in lu.ins if ins.oid not in OIDS_INS
    ]  # fmt: skip
    return [*autres, *(_forme_ins(ins, echanges) for ins in lu.ins), *([_ins_unique(lu, echanges)] if lu.ins else [])]


@verification(LISIBLE, INS_ABSENTE)
def ins_absente(texte: str, identite: IdentiteUsager, *, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Rien de l'INS dans le message d'une identité non qualifiée, quel que soit le segment.

    `identite` : la personne, avec l'INS qui ne doit pas paraître (une identité récupérée en a une). L'absence n'est
    crue que si le nom de naissance se trouve dans le même message. Un effacement (`""`) et le MRG d'un A47, qui
    nomme l'identifiant retiré, ne sont pas des transmissions.
    """
    try:
        lu = identite_du_message(texte)
        segments = segments_du_message(texte)
    except MessageIllisible as erreur:
        return [_illisible(erreur, echanges)]
    nom = lu.nom_naissance
    if nom is None or comparable(nom.nom) != comparable(identite.nom_naissance):
        raison = (
            f"le nom de naissance {identite.nom_naissance!r} n'est pas dans PID-5 : ce message n'est pas celui de "
            "cette personne, ou sa lecture a échoué ; l'absence de l'INS ne prouverait rien"
        )
        return [INS_ABSENTE.sans_objet(raison, echanges=echanges)]
    constats = [
        INS_ABSENTE.enfreinte(
            "PID-3 porte une INS alors que l'identité n'est pas qualifiée",
            attendu="les traits seulement",
            recu=ins.en_texte(),
            ou="PID-3",
            echanges=echanges,
        )
        for ins in lu.ins
    ]
    constats += _traces_de_l_ins(lu, segments, identite, echanges)
    if constats:
        return constats
    return [INS_ABSENTE.respectee(recu=f"{nom.nom} {nom.prenom}, sans INS", ou="message entier", echanges=echanges)]


@verification(LISIBLE, NOM, NOM_UTILISE, NAISSANCE, SEXE, LIEU)
def traits_transmis(texte: str, identite: IdentiteUsager, *, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Les traits du PID sont ceux de l'usager."""
    try:
        lu = identite_du_message(texte)
    except MessageIllisible as erreur:
        return [_illisible(erreur, echanges)]
    constats = [
        _noms_de_naissance(lu, identite, echanges),
        _egalite(NAISSANCE, "date de naissance", identite.date_naissance, lu.date_naissance, "PID-7", echanges),
        _egalite(SEXE, "sexe", identite.sexe, lu.sexe, "PID-8", echanges),
    ]
    if identite.nom_utilise or identite.prenom_utilise:
        utilise = lu.nom_utilise
        recu = f"{utilise.nom} {utilise.prenom}".strip() if utilise else "aucun nom de type D"
        attendu = f"{identite.nom_utilise} {identite.prenom_utilise}".strip()
        constats.append(_egalite(NOM_UTILISE, "nom et prénom utilisés", attendu, recu, "PID-5", echanges))
    if identite.code_lieu_naissance:
        attendu, recu = identite.code_lieu_naissance, lu.code_lieu_naissance
        constats.append(_egalite(LIEU, "code du lieu de naissance", attendu, recu, "PID-11 (BDL)", echanges))
    return constats


@verification(LISIBLE, STATUT_QUALIFIE, STATUT_AUTRE)
def statut_transmis(texte: str, statut: str, *, echanges: tuple[int, ...] = ()) -> Constat:
    """PID-32 correspond au statut de l'identité dans le logiciel (PROV, RECUP, VALI ou QUAL)."""
    try:
        lu = identite_du_message(texte)
    except MessageIllisible as erreur:
        return _illisible(erreur, echanges)
    regle = STATUT_QUALIFIE if statut == "QUAL" else STATUT_AUTRE
    attendu = {"QUAL": "VALI", "VALI": "VALI", "PROV": "PROV", "RECUP": "PROV"}.get(statut)
    if attendu is None:
        return regle.sans_objet(f"statut {statut!r} inconnu du banc", echanges=echanges)
    # PID-32 peut porter aussi des attributs (FICT, DOUT, HOMO) : seuls les statuts sont comparés.
    statuts = [f for f in lu.fiabilite if f in ("VALI", "PROV", "QUAL", "RECUP")]
    recu = "~".join(lu.fiabilite) or "PID-32 vide"
    if statuts == [attendu]:
        return regle.respectee(recu=recu, ou="PID-32", echanges=echanges)
    return regle.enfreinte(
        "le statut transmis n'est pas celui de l'identité",
        attendu=f"{attendu} (statut {statut} dans le logiciel)",
        recu=recu,
        ou="PID-32",
        echanges=echanges,
    )


def _illisible(erreur: MessageIllisible, echanges: tuple[int, ...]) -> Constat:
    return LISIBLE.enfreinte(
        "le message HL7 v2 ne se lit pas",
        attendu="un message d'identité",
        recu=str(erreur),
        ou="message",
        echanges=echanges,
    )


def _egalite(regle: Regle, quoi: str, attendu: str, recu: str, ou: str, echanges: tuple[int, ...]) -> Constat:
    if recu and comparable(attendu) == comparable(recu):
        return regle.respectee(recu=recu, ou=ou, echanges=echanges)
    return regle.enfreinte(
        f"{quoi} : la valeur n'est pas celle de l'usager",
        attendu=attendu or "vide",
        recu=recu or "vide",
        ou=ou,
        echanges=echanges,
    )


def _forme_ins(ins: IdentifiantHl7, echanges: tuple[int, ...]) -> Constat:
    ecarts = []
    if ins.type_code != "INS":
        ecarts.append(f"composant 5 {ins.type_code!r} au lieu de 'INS'")
    if ins.type_oid != "ISO":
        ecarts.append(f"type d'autorité {ins.type_oid!r} au lieu de 'ISO'")
    if ins.autorite and ins.oid in OIDS_INS and ins.autorite != ins.nature_attendue:
        ecarts.append(f"autorité {ins.autorite!r} au lieu de {ins.nature_attendue!r}")
    if ecarts:
        return INS_FORME.enfreinte(
            " ; ".join(ecarts),
            attendu=f"{ins.numero}^^^{ins.nature_attendue}&{ins.oid}&ISO^INS",
            recu=ins.en_texte(),
            ou="PID-3",
            echanges=echanges,
        )
    if not ins.autorite:
        # HL7 v2 § 2.A.33 : le nom local est facultatif quand l'OID est donné ; les exemples publiés le portent tous.
        return INS_FORME.a_regarder("le nom de l'autorité est vide", recu=ins.en_texte(), ou="PID-3", echanges=echanges)
    return INS_FORME.respectee(recu=ins.en_texte(), ou="PID-3", echanges=echanges)


def _ins_unique(lu: IdentiteHl7, echanges: tuple[int, ...]) -> Constat:
    recu = ", ".join(i.en_texte() for i in lu.ins)
    if len({(i.numero, i.oid) for i in lu.ins}) == 1:
        return INS_UNIQUE.respectee(recu=recu, ou="PID-3", echanges=echanges)
    return INS_UNIQUE.enfreinte("plusieurs INS en PID-3", attendu="une INS", recu=recu, ou="PID-3", echanges=echanges)


def _noms_de_naissance(lu: IdentiteHl7, identite: IdentiteUsager, echanges: tuple[int, ...]) -> Constat:
    nom = lu.nom_naissance
    attendu = f"{identite.nom_naissance}^{identite.premier_prenom_naissance}^{identite.prenoms_naissance}^^^^L"
    if nom is None:
        return NOM.enfreinte("aucun nom de type L", attendu=attendu, recu="vide", ou="PID-5", echanges=echanges)
    recu = f"{nom.nom}^{nom.prenom}^{nom.prenoms}^^^^{nom.type_code}"
    # La liste des prénoms s'écrit entière en composant 3, ou (HL7 international) sans le premier.
    listes = {comparable(nom.prenoms), comparable(f"{nom.prenom} {nom.prenoms}"), comparable(nom.prenom)}
    ecarts = []
    if comparable(nom.nom) != comparable(identite.nom_naissance):
        ecarts.append("nom de naissance")
    if comparable(nom.prenom) not in (
        comparable(identite.premier_prenom_naissance),
        comparable(identite.prenoms_naissance),
    ):
        ecarts.append("premier prénom")
    if comparable(identite.prenoms_naissance) not in listes:
        ecarts.append("liste des prénoms")
    if ecarts:
        return NOM.enfreinte(
            f"PID-5 n'est pas celui de l'usager : {', '.join(ecarts)}",
            attendu=attendu,
            recu=recu,
            ou="PID-5",
            echanges=echanges,
        )
    return NOM.respectee(recu=recu, ou="PID-5", echanges=echanges)


def _traces_de_l_ins(
    lu: IdentiteHl7, segments: Sequence[str], identite: IdentiteUsager, echanges: tuple[int, ...]
) -> list[Constat]:
    constats = []
    for segment in segments:
        if segment.startswith("MRG") and lu.evenement == "A47":
            continue
        texte = segment
        if segment.startswith("PID") and identite.matricule_ins:
            texte, dans_pid_19 = _sans_pid_19(segment, segments[0][3], identite.matricule_ins[:13])
            if dans_pid_19:
                # Le numéro de sécurité sociale est une autre donnée, qui peut avoir la même valeur.
                constats.append(
                    INS_ABSENTE.a_regarder(
                        "PID-19 porte le même nombre comme numéro de sécurité sociale", ou="PID-19", echanges=echanges
                    )
                )
        texte = desechapper(texte)
        if identite.matricule_ins and porte_suite(texte, identite.matricule_ins[:13]) and not lu.ins:
            constats.append(
                INS_ABSENTE.enfreinte(
                    "le matricule paraît dans le message",
                    attendu="aucune trace du matricule",
                    recu=f"13 premiers caractères du matricule dans {segment[:3]}",
                    ou=segment[:3],
                    echanges=echanges,
                )
            )
        oids = {oid for oid in OIDS_INS if re.search(rf"{re.escape(oid)}(?![0-9.])", texte)}
        if oids and not lu.ins and not (lu.ins_effacee and segment.startswith("PID")):
            constats.append(
                INS_ABSENTE.enfreinte(
                    "un OID d'INS paraît dans le message",
                    attendu="aucun OID d'INS",
                    recu=", ".join(sorted(oids)),
                    ou=segment[:3],
                    echanges=echanges,
                )
            )
    return constats


def _sans_pid_19(pid: str, separateur: str, matricule: str) -> tuple[str, bool]:
    champs = pid.split(separateur)
    if len(champs) <= 19 or not porte_suite(champs[19], matricule):
        return pid, False
    return separateur.join(champs[:19] + champs[20:]), True
