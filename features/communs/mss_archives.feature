# language: fr
Fonctionnalité: Courriels MSSanté à archive IHE XDM
  Le logiciel distingue, parmi les courriels reçus, ceux qui portent des documents de santé en archive.

  @MSS/UX.01.01
  Scénario: Un courriel à archive IHE XDM est reconnu à son contenu, et lui seul
    # Le zip ordinaire et le courriel sans pièce montrent que c'est le contenu qui compte ; une archive renommée, que le
    # référentiel n'admet pas, ne vaut qu'un regard si elle n'est pas reconnue. Le film ou les captures restent à joindre.
    Étant donné un courriel « lettre d'un confrère » portant une archive IHE XDM, reçu par le professionnel
    Et un courriel « photos de l'équipe » portant un zip ordinaire, reçu par le professionnel
    Et un courriel « simple question » ne portant aucune pièce, reçu par le professionnel
    Et un courriel « lettre renommée » portant une archive IHE XDM renommée, reçu par un autre professionnel
    Quand le professionnel relève la boîte du courriel « lettre d'un confrère »
    Et le professionnel relève la boîte du courriel « photos de l'équipe »
    Et le professionnel relève la boîte du courriel « simple question »
    Et un autre professionnel relève la boîte du courriel « lettre renommée »
    Alors le courriel « lettre d'un confrère » est reconnu comme portant une archive IHE XDM
    Et le courriel « lettre renommée » est reconnu comme portant une archive IHE XDM
    Et le courriel « photos de l'équipe », à la différence de « lettre d'un confrère », n'est pas reconnu comme tel
    Et le courriel « simple question », à la différence de « lettre d'un confrère », n'est pas reconnu comme tel
