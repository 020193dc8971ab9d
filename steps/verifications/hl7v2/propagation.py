"""La propagation d'une modification ou d'un retrait d'INS, sur la suite des messages émis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from reports.constat import Constat
from steps.flux.identite import IdentiteUsager, comparable
from steps.flux.lecture import IdentiteHl7, MessageIllisible, identite_du_message
from steps.verifications.hl7v2.regles import PROPAGATION, RETRAIT, RETRAIT_MRG
from steps.verifications.registre import verification


@verification(PROPAGATION)
def modification_propagee(
    messages: Sequence[str],
    anterieurs: Sequence[str],
    identite: IdentiteUsager,
    champs: Sequence[str],
    *,
    echanges: tuple[int, ...] = (),
) -> Constat:
    """Après une modification, un A31 porte les nouvelles valeurs des champs modifiés.

    `anterieurs` : messages relevés avant la modification ; ils prouvent que le relevé fonctionne. `messages` : ceux
    émis depuis. `champs` : noms de `IdentiteUsager`.
    """
    inconnus = set(champs) - {champ.name for champ in fields(IdentiteUsager)}
    if inconnus or not champs:
        return PROPAGATION.sans_objet(f"champs à comparer absents ou inconnus : {sorted(inconnus)}", echanges=echanges)
    if not messages and not anterieurs:
        return PROPAGATION.sans_objet("aucun message n'a jamais été relevé pour ce patient", echanges=echanges)
    vus: list[str] = []
    for texte in messages:
        try:
            lu = identite_du_message(texte)
        except MessageIllisible as erreur:
            vus.append(f"message illisible ({erreur})")
            continue
        usager = lu.usager()
        valeurs = {champ: str(getattr(usager, champ)) for champ in champs}
        vus.append(f"{lu.type_message} {valeurs}")
        if lu.evenement == "A31" and all(
            comparable(valeurs[champ]) == comparable(str(getattr(identite, champ))) for champ in champs
        ):
            return PROPAGATION.respectee(recu=vus[-1], ou="PID", echanges=echanges)
    return PROPAGATION.enfreinte(
        "aucun A31 ne porte les nouvelles valeurs",
        attendu=f"ADT^A31 { {champ: str(getattr(identite, champ)) for champ in champs} }",
        recu=" ; ".join(vus) or "aucun message depuis la modification",
        ou="messages émis",
        echanges=echanges,
    )


@verification(RETRAIT, RETRAIT_MRG)
def retrait_propage(
    messages: Sequence[str],
    anterieurs: Sequence[str],
    ancienne: IdentiteUsager,
    *,
    echanges: tuple[int, ...] = (),
) -> list[Constat]:
    """Après une rétrogradation, un A47 retire l'INS que les partenaires avaient reçue ; rien ne la porte ensuite.

    `anterieurs` doit porter l'INS : sans elle, il n'y a rien à retirer chez les partenaires.
    """
    if not any(_porte(texte, ancienne.matricule_ins) for texte in anterieurs):
        raison = "aucun message relevé avant la rétrogradation ne porte l'INS : rien à retirer chez les partenaires"
        return [RETRAIT.sans_objet(raison, echanges=echanges)]
    lus = [lu for lu in map(_lu_ou_rien, messages) if lu is not None]
    retraits = [lu for lu in lus if lu.evenement == "A47"]
    recu = ", ".join(lu.type_message for lu in lus) or "aucun message"
    if not retraits:
        return [
            RETRAIT.enfreinte(
                "le retrait de l'INS n'est pas propagé", attendu="ADT^A47", recu=recu, ou="MSH-9", echanges=echanges
            )
        ]
    encore = [lu for lu in lus if any(i.numero[:13] == ancienne.matricule_ins[:13] for i in lu.ins)]
    if encore:
        return [
            RETRAIT.enfreinte(
                "un message émis après la rétrogradation porte encore l'INS",
                attendu="PID-3 sans l'INS retirée",
                recu=f"{encore[0].type_message} : {encore[0].ins[0].en_texte()}",
                ou="PID-3",
                echanges=echanges,
            )
        ]
    constats = [RETRAIT.respectee(recu=recu, ou="MSH-9", echanges=echanges)]
    nommes = [i for lu in retraits for i in lu.anciens]
    if any(i.numero[:13] == ancienne.matricule_ins[:13] for i in nommes):
        constats.append(RETRAIT_MRG.respectee(recu=nommes[0].en_texte(), ou="MRG-1", echanges=echanges))
    else:
        constats.append(
            RETRAIT_MRG.enfreinte(
                "MRG-1 ne désigne pas l'INS retirée",
                attendu=f"{ancienne.matricule_ins} sous {ancienne.oid_ins}",
                recu=", ".join(i.en_texte() for i in nommes) or "MRG absent ou vide",
                ou="MRG-1",
                echanges=echanges,
            )
        )
    return constats


def _lu_ou_rien(texte: str) -> IdentiteHl7 | None:
    try:
        return identite_du_message(texte)
    except MessageIllisible:
        return None


def _porte(texte: str, matricule: str) -> bool:
    lu = _lu_ou_rien(texte)
    return lu is not None and any(i.numero[:13] == matricule[:13] for i in lu.ins)
